//! The MIME walk: what a message says of itself, its text and its files. Done in the child, for a message is a foreign file:
//! nested a thousand deep or in a million parts it takes the child's stack or memory, and nothing else.

use std::io::{Cursor, Read as _};

use kontor_shared::form::file::package::COMPOUND_FILE;
use mailparse::{DispositionType, ParsedMail, body::Body};
use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use super::text;

/// Largest message opened; a larger one waits for a person.
pub const LARGEST: usize = 25 << 20;
const MOST_DEPTH: usize = 20;
const MOST_PARTS: usize = 200;
const MOST_FILES: usize = 20;
/// Of what is kept of the text.
const MOST_TEXT: usize = 20_000;
const MOST_HEADER: usize = 1_000;
/// Unpacked, of all files together.
const MOST_BYTES: usize = 48 << 20;
/// No table packs so well, above so many bytes.
const MOST_RATIO: u64 = 200;
const ANY_RATIO: u64 = 1 << 20;

const DELIVERY_STATUS: &str = "message/delivery-status";
/// The parts of a report besides its text (RFC 6522): what became of a message, and the message or its head.
const REPORTED: [&str; 3] = [DELIVERY_STATUS, "message/rfc822", "text/rfc822-headers"];

/// A message, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Without its brackets; empty where there is none.
    pub message_id: String,
    pub date: String,
    /// Empty where there is none, or where the headers name several.
    pub from: String,
    /// Absent where no server wrote one; empty where it is `<>`.
    pub return_path: Option<String>,
    pub subject: String,
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    pub auto_submitted: String,
    pub precedence: String,
    pub suppress: String,
    /// Whether a header says that it came by a list.
    pub list: bool,
    /// Whether a header of the kinds absence notes have stands in it.
    pub robot: bool,
    /// `Authentication-Results` as they stand, undecoded; the topmost first.
    pub authentication: Vec<String>,
    /// Of a `multipart/report`: `delivery-status` and its like.
    pub report: String,
    pub media_type: String,
    /// Ids of messages that came back within this one.
    pub returned: Vec<String>,
    /// What a report says of deliveries that failed, one text each (RFC 3464).
    pub undelivered: Vec<String>,
    pub text: String,
    pub files: Vec<File>,
}

/// A file that came with a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
    pub look: Look,
}

/// What a file is, by its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    /// It may be a form.
    #[default]
    Table,
    /// Scans and photographs: somebody has to look.
    Picture,
    /// A logo or the like that stands in the text.
    Decoration,
    /// Outlook's own wrapping, which only Outlook opens.
    Winmail,
    /// A packed file that cannot be opened.
    Locked,
    Other,
}

/// Why a message is not taken apart: a code, and what a person reads.
pub type Refusal = (&'static str, String);

struct Walk {
    letter: Letter,
    html: String,
    parts: usize,
    bytes: usize,
}

/// Takes a message apart.
pub fn read(bytes: &[u8]) -> Result<Letter, Refusal> {
    if bytes.len() > LARGEST {
        return Err(("mail_too_large", format!("the message is larger than {} MiB", LARGEST >> 20)));
    }
    check_outside(bytes)?;
    let mail = mailparse::parse_mail(bytes).map_err(|error| ("mail_unreadable", error.to_string()))?;
    let mut walk = Walk { letter: headers(&mail), html: String::new(), parts: 0, bytes: 0 };
    walk.part(&mail, 0)?;
    if walk.letter.text.trim().is_empty() {
        walk.letter.text = without_tags(&walk.html);
    }
    walk.letter.text = bounded(walk.letter.text.trim(), MOST_TEXT);
    if walk.letter.returned.is_empty() {
        // Programs that know of no reports write what came back below their text.
        walk.letter.returned = returned_ids(&walk.letter.text);
    }
    Ok(walk.letter)
}

/// What can be told without opening it: the parser goes into depth before anybody can count.
fn check_outside(bytes: &[u8]) -> Result<(), Refusal> {
    let named = memchr::memmem::find_iter(bytes, b"boundary=").take(MOST_PARTS + 1).count();
    let lines = memchr::memmem::find_iter(bytes, b"\n--").take(MOST_PARTS * 20 + 1).count();
    if named > MOST_PARTS || lines > MOST_PARTS * 20 {
        return Err(("mail_parts", format!("the message has more than {MOST_PARTS} parts")));
    }
    Ok(())
}

fn bounded(text: &str, most: usize) -> String {
    // Neither a sheet nor PostgreSQL takes a NUL.
    text.chars().filter(|sign| !sign.is_control() || matches!(sign, '\n' | '\t')).take(most).collect()
}

fn headers(mail: &ParsedMail<'_>) -> Letter {
    let all = |name: &str| -> Vec<String> {
        let same = mail.headers.iter().filter(|header| header.get_key_ref().eq_ignore_ascii_case(name));
        same.map(|header| bounded(&text::header(header.get_value_raw()), MOST_HEADER)).collect()
    };
    let first = |name: &str| all(name).into_iter().next().unwrap_or_default();
    let has = |name: &str| mail.headers.iter().any(|header| header.get_key_ref().to_ascii_lowercase().starts_with(name));
    let raw = |name: &str| -> Vec<String> {
        mail.headers.iter().filter(|header| header.get_key_ref().eq_ignore_ascii_case(name)).map(|header| text::raw(header.get_value_raw())).collect()
    };
    // Several headers may say the same.
    let from: Vec<Option<String>> = raw("From").iter().map(|header| text::sender(header)).collect();
    let sole = from.first().filter(|first| from.iter().all(|other| other == *first)).cloned().flatten();
    let ids = |name: &str| all(name).iter().flat_map(|header| text::message_ids(header)).take(50).collect::<Vec<_>>();
    let parameter = |name: &str| mail.ctype.params.get(name).cloned().unwrap_or_default().to_ascii_lowercase();
    Letter {
        message_id: text::message_ids(&first("Message-ID")).into_iter().next().unwrap_or_default(),
        date: first("Date"),
        from: sole.unwrap_or_default(),
        return_path: all("Return-Path").first().map(|path| text::addresses(path).into_iter().next().unwrap_or_default()),
        subject: bounded(&first("Subject"), 300),
        in_reply_to: ids("In-Reply-To"),
        references: ids("References"),
        auto_submitted: first("Auto-Submitted").to_ascii_lowercase(),
        precedence: first("Precedence").to_ascii_lowercase(),
        suppress: first("X-Auto-Response-Suppress").to_ascii_lowercase(),
        list: has("list-"),
        robot: ["x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-reply"].iter().any(|name| has(name)),
        authentication: raw("Authentication-Results"),
        report: if mail.ctype.mimetype == "multipart/report" { parameter("report-type") } else { String::new() },
        media_type: bounded(&mail.ctype.mimetype, 100),
        ..Letter::default()
    }
}

impl Walk {
    fn part(&mut self, part: &ParsedMail<'_>, depth: usize) -> Result<(), Refusal> {
        self.parts += 1;
        if depth > MOST_DEPTH || self.parts > MOST_PARTS {
            return Err(("mail_parts", format!("the message has more than {MOST_PARTS} parts, or is nested deeper than {MOST_DEPTH}")));
        }
        let media_type = part.ctype.mimetype.to_ascii_lowercase();
        if !part.subparts.is_empty() {
            return part.subparts.iter().try_for_each(|inner| self.part(inner, depth + 1));
        }
        if media_type == "message/rfc822" && self.letter.report.is_empty() {
            return self.forwarded(part, depth);
        }
        let name = file_name(part);
        if !self.letter.report.is_empty() && REPORTED.contains(&media_type.as_str()) {
            self.reported(&media_type, part);
            return Ok(());
        }
        let inline = part.get_content_disposition().disposition == DispositionType::Inline;
        let embedded = part.headers.iter().any(|header| header.get_key_ref().eq_ignore_ascii_case("content-id"));
        let bytes = content(part);
        if name.is_empty() && (matches!(media_type.as_str(), "text/plain" | "text/html") || REPORTED.contains(&media_type.as_str())) {
            let said = text::decode(&bytes, part.ctype.params.get("charset").map(String::as_str));
            match media_type.as_str() {
                "text/plain" if self.letter.text.len() < MOST_TEXT => {
                    self.letter.text.push_str(&said);
                    self.letter.text.push('\n');
                }
                "text/html" if self.html.len() < MOST_TEXT * 20 => self.html.push_str(&said),
                _ => {}
            }
            return Ok(());
        }
        if name.is_empty() && !is_table_type(&media_type) && !looks_packed(&bytes) && !media_type.starts_with("image/") && media_type != "application/pdf" {
            // A signature, a calendar entry and the like: part of the letter, no file of an order.
            return Ok(());
        }
        let name = if name.is_empty() { "attachment".to_string() } else { name };
        let decoration = media_type.starts_with("image/") && (embedded || inline);
        self.file(File { look: Look::Table, name, media_type: bounded(&media_type, 100), bytes }, decoration, true)
    }

    /// Of a report, what failed and which message it was.
    fn reported(&mut self, media_type: &str, part: &ParsedMail<'_>) {
        const MOST: usize = 20;
        let said = text::decode(&content(part), None);
        let (found, kept) = match media_type == DELIVERY_STATUS {
            true => (failures(&said), &mut self.letter.undelivered),
            false => (returned_ids(&said), &mut self.letter.returned),
        };
        kept.extend(found.into_iter().take(MOST.saturating_sub(kept.len())));
    }

    fn forwarded(&mut self, part: &ParsedMail<'_>, depth: usize) -> Result<(), Refusal> {
        let bytes = content(part);
        check_outside(&bytes)?;
        let Ok(inner) = mailparse::parse_mail(&bytes) else { return Ok(()) };
        self.part(&inner, depth + 1)
    }

    fn file(&mut self, mut file: File, decoration: bool, open: bool) -> Result<(), Refusal> {
        if decoration && self.letter.files.len() >= MOST_FILES {
            // A long thread holds its logos once for every answer; the message itself is kept.
            return Ok(());
        }
        if self.letter.files.iter().filter(|file| file.look != Look::Decoration).count() >= MOST_FILES {
            return Err(("mail_parts", format!("the message has more than {MOST_FILES} files")));
        }
        file.look = match file.look {
            Look::Locked => Look::Locked,
            _ if decoration => Look::Decoration,
            _ => look(&file),
        };
        if open && file.bytes.starts_with(b"PK\x03\x04") && !is_workbook(&file.bytes) {
            return self.unpacked(file);
        }
        self.bytes += file.bytes.len();
        if self.bytes > MOST_BYTES {
            return Err(("mail_too_large", format!("the message's files are larger than {} MiB", MOST_BYTES >> 20)));
        }
        self.letter.files.push(file);
        Ok(())
    }

    /// The files of a packed one, a single level deep.
    fn unpacked(&mut self, file: File) -> Result<(), Refusal> {
        let Ok(mut archive) = ZipArchive::new(Cursor::new(&file.bytes[..])) else {
            return self.file(File { look: Look::Locked, ..file }, false, false);
        };
        if archive.len() > MOST_FILES * 4 {
            return Err(("mail_parts", format!("{} holds {} files", file.name, archive.len())));
        }
        let mut locked = false;
        for at in 0..archive.len() {
            let Ok(entry) = archive.by_index(at) else {
                locked = true;
                continue;
            };
            let Ok(name) = entry.name().map(|name| name.into_owned()) else { continue };
            if entry.is_dir() || name.starts_with("__MACOSX/") {
                continue;
            }
            let packed = entry.compressed_size();
            let mut bytes = Vec::new();
            let room = (MOST_BYTES - self.bytes.min(MOST_BYTES)) as u64;
            if entry.take(room + 1).read_to_end(&mut bytes).is_err() {
                locked = true;
                continue;
            }
            if bytes.len() as u64 > packed.saturating_mul(MOST_RATIO).max(ANY_RATIO) {
                locked = true;
                continue;
            }
            let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
            self.file(File { name: bounded(name, 200), media_type: "application/octet-stream".into(), bytes, look: Look::Table }, false, false)?;
        }
        if locked {
            self.letter.files.push(File { look: Look::Locked, ..file });
        }
        Ok(())
    }
}

/// The ids that lines of headers name.
fn returned_ids(headers: &str) -> Vec<String> {
    const NAME: &str = "message-id:";
    let lines = headers.lines().filter(|line| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME)));
    lines.flat_map(|line| text::message_ids(&line[NAME.len()..])).take(5).collect()
}

/// The failed deliveries of a delivery status, each as what the mail server said and its code. Between its groups of fields
/// some programs leave no blank line, others several; a field goes on in lines that begin with a blank.
fn failures(status: &str) -> Vec<String> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in status.lines().take(2_000) {
        match (line.starts_with([' ', '\t']), fields.last_mut(), line.split_once(':')) {
            (true, Some((_, value)), _) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            (false, _, Some((name, value))) => fields.push((name.trim().to_ascii_lowercase(), value.trim().to_string())),
            _ => {}
        }
    }
    // A recipient's group begins with its recipient, or with the original one before that.
    let mut groups: Vec<Vec<(String, String)>> = Vec::new();
    for field in fields {
        let begins = field.0 == "original-recipient" || (field.0 == "final-recipient" && groups.last().is_none_or(|group| named(group, "action").is_some()));
        if begins || groups.is_empty() {
            groups.push(Vec::new());
        }
        groups.last_mut().expect("one was pushed").push(field);
    }
    let failed = groups.iter().filter(|group| named(group, "action").is_some_and(|action| action.eq_ignore_ascii_case("failed")));
    // The mail server's own words come first: programs write a general code where they know a better one.
    failed
        .map(|group| {
            let said = named(group, "diagnostic-code").map(|code| code.split_once(';').map_or(code, |(_, words)| words)).unwrap_or_default();
            bounded(&format!("{} {}", said.trim(), named(group, "status").unwrap_or_default()), MOST_HEADER)
        })
        .collect()
}

fn named<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

/// A part's bytes, whatever is wrong with how they are wrapped.
fn content(part: &ParsedMail<'_>) -> Vec<u8> {
    match part.get_body_encoded() {
        Body::Base64(body) => text::base64(body.get_raw()),
        Body::QuotedPrintable(body) => body.get_decoded().unwrap_or_else(|_| body.get_raw().to_vec()),
        Body::SevenBit(body) | Body::EightBit(body) => body.get_raw().to_vec(),
        Body::Binary(body) => body.get_raw().to_vec(),
    }
}

/// The name a part is given, in either header and either encoding.
fn file_name(part: &ParsedMail<'_>) -> String {
    let disposition = part.get_content_disposition();
    let named = disposition.params.get("filename").or_else(|| part.ctype.params.get("name")).cloned().unwrap_or_default();
    let said = text::header(named.as_bytes());
    bounded(said.rsplit(['/', '\\']).next().unwrap_or_default().trim(), 200)
}

fn is_table_type(media_type: &str) -> bool {
    ["spreadsheet", "ms-excel", "text/csv", "application/csv", "ms-tnef"].iter().any(|word| media_type.contains(word))
}

fn looks_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(COMPOUND_FILE)
}

fn look(file: &File) -> Look {
    let (bytes, name) = (&file.bytes[..], file.name.to_lowercase());
    let picture = [&b"%PDF"[..], b"\xff\xd8\xff", b"\x89PNG", b"II*\0", b"MM\0*", b"GIF8", b"RIFF"].iter().any(|magic| bytes.starts_with(magic));
    if file.media_type.contains("ms-tnef") || name == "winmail.dat" || bytes.starts_with(&[0x78, 0x9f, 0x3e, 0x22]) {
        Look::Winmail
    } else if picture || file.media_type.starts_with("image/") {
        Look::Picture
    } else if [&b"Rar!"[..], b"7z\xbc\xaf", b"\x1f\x8b"].iter().any(|magic| bytes.starts_with(magic)) {
        Look::Locked
    } else if [".ics", ".vcf", ".p7s", ".asc", ".sig", ".eml", ".doc", ".docx"].iter().any(|end| name.ends_with(end)) {
        Look::Other
    } else {
        Look::Table
    }
}

/// Whether a packed file is itself a document of an office program.
fn is_workbook(bytes: &[u8]) -> bool {
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else { return false };
    archive.file_names().any(|name| name.is_ok_and(|name| name == "[Content_Types].xml" || name == "mimetype"))
}

fn without_tags(html: &str) -> String {
    let mut tags = ammonia::Builder::empty();
    tags.clean_content_tags(["script", "style", "title"].into_iter().collect());
    let broken = ["</p>", "<br", "</div>", "</tr>", "</li>"].iter().fold(html.to_string(), |text, tag| text.replace(tag, &format!("\n{tag}")));
    let text = tags.clean(&broken).to_string();
    [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&quot;", "\""), ("&amp;", "&")].iter().fold(text, |text, (from, to)| text.replace(from, to))
}
