//! The template engine with everything taken out a letter does not need: no globals, no functions, four filters, a limit
//! on work and on output. A marketer writes templates, and must not reach more through them than through the pages
//! (listmonk's `env` gave away the server's secrets, CVE-2025-49136).

use std::{fmt, io};

use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value, filters};

/// Steps a part may take; a long letter takes a few hundred.
const FUEL: u64 = 50_000;
/// Longest a part may become.
const MOST_BYTES: usize = 512 << 10;
/// Statements a letter needs. `set` could double a text with each step, which fuel does not count.
const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];

/// The parser calls itself for each sign of an expression and each `elif`, and only counts brackets: ten thousand `not` end the
/// whole program. So expressions are short, and a letter has so many tags, so deep in each other.
const MOST_SIGNS: usize = 300;
const MOST_OPERATORS: usize = 30;
const MOST_TAGS: usize = 1_000;
const MOST_ELIFS: usize = 50;
const MOST_DEEP: usize = 20;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub line: Option<u32>,
    pub kind: FaultKind,
    /// What stands there, in the template's own words; empty where that says nothing.
    pub there: String,
    /// The engine's own words, in English.
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    Syntax,
    /// A value that is named has nothing in it.
    Undefined,
    TooMuch,
    /// A statement or an operator that letters do not have.
    NotPossible,
    /// A filter, test or function there is not.
    Unknown,
    /// Something is used for what it is not.
    WrongUse,
    /// An expression too long, or too many tags.
    TooComplex,
    /// Elements too deep in each other.
    TooDeep,
    /// An element no mail may hold.
    Forbidden,
    /// The template has no text in the reader's language.
    NoText,
    /// No template is chosen.
    NoTemplate,
}

impl FaultKind {
    /// The stable code, as problems of templates have it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Undefined => "undefined",
            Self::TooMuch => "too_much",
            Self::NotPossible => "not_possible",
            Self::Unknown => "unknown_filter",
            Self::WrongUse => "wrong_use",
            Self::TooComplex => "too_complex",
            Self::TooDeep => "too_deep",
            Self::Forbidden => "forbidden_html",
            Self::NoText => "no_text",
            Self::NoTemplate => "no_template",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.detail)?;
        if !self.there.is_empty() {
            write!(f, ": {}", self.there)?;
        }
        Ok(())
    }
}

/// One part of a letter, ready to render.
pub struct Part {
    environment: Environment<'static>,
    source: String,
}

const NAME: &str = "part";

impl Part {
    /// Parses a text; in HTML values are escaped.
    pub fn parse(source: &str, html: bool) -> Result<Self, Fault> {
        scan(source)?;
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(20);
        environment.set_auto_escape_callback(move |_| if html { AutoEscape::Html } else { AutoEscape::None });
        environment.add_filter("default", filters::default);
        environment.add_filter("upper", filters::upper);
        environment.add_filter("lower", filters::lower);
        environment.add_filter("trim", filters::trim);
        let part = |environment| Self { environment, source: source.to_string() };
        match environment.add_template_owned(NAME, source.to_string()) {
            Ok(()) => Ok(part(environment)),
            Err(error) => Err(part(Environment::empty()).fault(&error)),
        }
    }

    /// What the text names, nested ones as `contact.name`.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.environment.get_template(NAME).map(|part| part.undeclared_variables(true).into_iter().collect()).unwrap_or_default();
        names.sort();
        names
    }

    pub fn render(&self, values: &Value) -> Result<String, Fault> {
        let mut out = Bounded(Vec::new());
        let template = self.environment.get_template(NAME).map_err(|error| self.fault(&error))?;
        template.render_captured_to(values.clone(), &mut out).map_err(|error| self.fault(&error))?;
        String::from_utf8(out.0).map_err(|_| Fault { line: None, kind: FaultKind::Syntax, there: String::new(), detail: "not UTF-8".into() })
    }

    fn fault(&self, error: &minijinja::Error) -> Fault {
        let line = error.line();
        let there = line.and_then(|line| self.source.lines().nth(line - 1)).map(|text| text.trim().chars().take(120).collect::<String>());
        let kind = match error.kind() {
            ErrorKind::UndefinedError => FaultKind::Undefined,
            ErrorKind::OutOfFuel | ErrorKind::WriteFailure => FaultKind::TooMuch,
            ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction | ErrorKind::UnknownMethod => FaultKind::Unknown,
            ErrorKind::InvalidOperation | ErrorKind::TooManyArguments | ErrorKind::MissingArgument | ErrorKind::CannotUnpack => FaultKind::WrongUse,
            _ => FaultKind::Syntax,
        };
        let detail = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        Fault { line: line.and_then(|line| u32::try_from(line).ok()), kind, there: there.unwrap_or_default(), detail }
    }
}

/// Takes so much and no more.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_BYTES {
            return Err(io::Error::other("the letter is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Refuses what would make texts of texts (statements beyond [`STATEMENTS`], the operators that repeat and join), and what the
/// parser could not come back from.
fn scan(source: &str) -> Result<(), Fault> {
    let mut at = 0;
    let (mut tags, mut elifs, mut deep) = (0_usize, 0_usize, 0_usize);
    while let Some(start) = ["{{", "{%", "{#"].into_iter().filter_map(|open| source[at..].find(open)).min().map(|found| at + found) {
        let line = u32::try_from(source[..start].matches('\n').count() + 1).ok();
        let refuse = |what: &str| Err(Fault { line, kind: FaultKind::NotPossible, there: what.to_string(), detail: "not possible here".into() });
        let inside = &source[start + 2..];
        let statement = match &source[start..start + 2] {
            "{#" => {
                at = start + 2 + inside.find("#}").unwrap_or(inside.len());
                continue;
            }
            open => open == "{%",
        };
        let (code, length) = without_strings(inside, if statement { "%}" } else { "}}" });
        if statement {
            let word = code.trim_start_matches(['-', '+']).split_whitespace().next().unwrap_or("").trim_end_matches('-');
            if !STATEMENTS.contains(&word) {
                return refuse(word);
            }
            match word {
                "elif" => elifs += 1,
                "if" | "for" => deep += 1,
                "endif" | "endfor" => deep = deep.saturating_sub(1),
                _ => {}
            }
        }
        tags += 1;
        if code.chars().count() > MOST_SIGNS || length > 4 * MOST_SIGNS || operators(&code) > MOST_OPERATORS {
            return too_complex(line, "an expression is too long");
        }
        if tags > MOST_TAGS || elifs > MOST_ELIFS || deep > MOST_DEEP {
            return too_complex(line, "too many tags");
        }
        if let Some(operator) = code.chars().find(|c| matches!(c, '*' | '~')) {
            return refuse(&operator.to_string());
        }
        at = start + 2 + length;
    }
    Ok(())
}

fn too_complex(line: Option<u32>, what: &str) -> Result<(), Fault> {
    Err(Fault { line, kind: FaultKind::TooComplex, there: String::new(), detail: what.into() })
}

/// Signs and words an expression is joined by.
fn operators(code: &str) -> usize {
    let signs = code.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && !matches!(c, '_' | '"' | '\'')).count();
    let joins = |word: &&str| matches!(*word, "not" | "and" | "or" | "in" | "is" | "if" | "else");
    signs + code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(joins).count()
}

/// The code up to `end`, which counts outside of strings only; without its strings, and how long it was with them.
fn without_strings(code: &str, end: &str) -> (String, usize) {
    let mut plain = String::new();
    let mut open: Option<char> = None;
    let mut chars = code.char_indices();
    while let Some((at, c)) = chars.next() {
        match open {
            None if code[at..].starts_with(end) => return (plain, at),
            Some(_) if c == '\\' => drop(chars.next()),
            Some(quote) if c == quote => open = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => open = Some(c),
            None => plain.push(c),
        }
    }
    (plain, code.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Value {
        let contact = Value::from_pairs([("name", Value::from("O'Neill <b>&</b> {{ 7*7 }}"))]);
        let customer = Value::from_pairs([("name", Value::from("Тест"))]);
        Value::from_pairs([("contact", contact), ("customer", customer), ("goods", Value::from_safe_string("<b>x</b>".into()))])
    }

    fn rendered(source: &str, html: bool) -> Result<String, FaultKind> {
        Part::parse(source, html).and_then(|part| part.render(&values())).map_err(|fault| fault.kind)
    }

    #[test]
    fn values_are_escaped_in_html_and_stay_texts() {
        assert_eq!(rendered("{{ contact.name }} {{ goods }}", true).unwrap(), "O&#x27;Neill &lt;b&gt;&amp;&lt;&#x2f;b&gt; {{ 7*7 }} <b>x</b>");
        assert_eq!(rendered("{{ contact.name }}", false).unwrap(), "O'Neill <b>&</b> {{ 7*7 }}");
    }

    #[test]
    fn a_missing_value_wants_a_fall_back() {
        assert_eq!(rendered("{{ contact.position | default('x') }}", false).unwrap(), "x");
        assert_eq!(rendered("{% if contact.position %}{{ contact.position }}{% else %}none{% endif %}", false).unwrap(), "none");
        assert_eq!(rendered("{{ contact.position }}", false), Err(FaultKind::Undefined));
        let fault = Part::parse("a\n{{ contact.position }}", false).unwrap().render(&values()).unwrap_err();
        assert_eq!(fault.line, Some(2));
    }

    #[test]
    fn a_fault_says_which_kind_it_is_where_and_what_stands_there() {
        let check = |source: &str, kind: FaultKind, line: u32, there: &str| {
            let fault = Part::parse(source, false).and_then(|part| part.render(&values())).unwrap_err();
            assert_eq!((fault.kind, fault.line, fault.there.as_str()), (kind, Some(line), there), "{source}: {fault}");
            assert!(!fault.detail.is_empty() && !fault.detail.contains(there), "{fault}");
        };
        check("a\n{{ contact.name | shout }}", FaultKind::Unknown, 2, "{{ contact.name | shout }}");
        check("\n\n{{ contact.name", FaultKind::Syntax, 3, "{{ contact.name");
        check("{% set x = 1 %}", FaultKind::NotPossible, 1, "set");
        check("{{ contact.name | upper(1) }}", FaultKind::WrongUse, 1, "{{ contact.name | upper(1) }}");
    }

    #[test]
    fn nothing_but_the_values_can_be_reached() {
        let hostile = [
            "{{ env('DATABASE_URL') }}",
            "{{ config }}",
            "{{ ''.__class__.__mro__ }}",
            "{{ contact.__class__ }}",
            "{{ range(1000000000) }}",
            "{{ namespace() }}",
            "{{ contact.name | safe }}",
            "{{ contact | tojson }}",
            "{{ contact | attr('name') }}",
            "{{ dict() }}",
            "{{ debug() }}",
            "{{ self }}",
            "{{ loop }}",
            "{{ customer.name.upper() }}",
            "{% include '/etc/passwd' %}",
            "{% import 'x' as y %}",
            "{% extends 'x' %}",
            "{% macro x() %}{% endmacro %}",
            "{% set x = 1 %}",
            "{%- set x = 1 %}",
            "{% autoescape false %}{{ contact.name }}{% endautoescape %}",
            "{% raw %}{{ x }}{% endraw %}",
            "{{ 'a' * 99999999 }}",
            "{{ 'a' ~ 'b' }}",
            "{{ '}}' * 99999999 }}",
            "{# {{ \" #}{{ 'a' * 9 }}{{ \"\" }}",
            "{{ contact.name",
            "{% if",
        ];
        for source in hostile {
            assert!(rendered(source, true).is_err(), "{source}");
        }
    }

    #[test]
    fn no_template_is_too_deep_for_the_parser() {
        let many = |part: &str, count: usize| part.repeat(count);
        let hostile = [
            format!("{{{{ {}1 }}}}", many("not ", 10_000)),
            format!("{{{{ {}1 }}}}", many("-", 90_000)),
            format!("{{{{ \"a\"{} }}}}", many("|upper", 15_000)),
            format!("{{{{ {}\"a\" }}}}", many("\"a\"+", 20_000)),
            format!("{{{{ {}1 }}}}", many("1 and ", 15_000)),
            format!("{{{{ contact{} }}}}", many(".name", 18_000)),
            format!("{{% if 0 %}}{}{{% endif %}}", many("{% elif 0 %}", 7_000)),
            format!("{}{}", many("{% if 1 %}", 500), many("{% endif %}", 500)),
            format!("{{% if {}1 %}}x{{% endif %}}", many("not ", 10_000)),
            many("{{ customer.name }}", 5_000),
        ];
        for source in hostile {
            let fault = Part::parse(&source, true).err().expect("refused");
            assert_eq!(fault.kind, FaultKind::TooComplex, "{}", &source[..60]);
        }
    }

    #[test]
    fn a_loop_comes_to_its_end() {
        let list = "[1,2,3,4,5,6,7,8,9,0]";
        let deep = |levels: usize| {
            let open: String = (0..levels).map(|at| format!("{{% for i{at} in {list} %}}")).collect();
            format!("{open}xxxxxxxxxx{}", "{% endfor %}".repeat(levels))
        };
        assert_eq!(rendered(&deep(2), true).unwrap().len(), 1000);
        assert_eq!(rendered(&deep(8), true), Err(FaultKind::TooMuch));
        let long = format!("{{% for i in {list} %}}{}{{% endfor %}}", "x".repeat(100_000));
        assert_eq!(rendered(&long, false), Err(FaultKind::TooMuch));
    }

    #[test]
    fn an_operator_in_a_text_is_only_text() {
        assert_eq!(rendered("{{ contact.position | default(\"* ~ '}}\") }} * ~ {# * #}", false).unwrap(), "* ~ '}} * ~ ");
    }
}
