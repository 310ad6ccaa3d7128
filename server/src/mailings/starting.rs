//! Texts a firm starts with: one template per segment, in every language. They are ordinary templates; a firm changes them
//! or puts them aside.

use kontor_shared::api::mailings::TemplateText;
use kontor_shared::ids::TemplateId;
use kontor_shared::mailings::Topic;
use kontor_shared::segments::Segment;
use kontor_shared::words::{Lang, audience as words};
use sqlx::AnyConnection;

use super::templates::store;
use crate::AppState;

const TEXTS: [(Segment, Topic, [&str; 3]); 4] = [
    (
        Segment::Regular,
        Topic::Offers,
        [include_str!("starting/regular.en.txt"), include_str!("starting/regular.ru.txt"), include_str!("starting/regular.bg.txt")],
    ),
    (
        Segment::Irregular,
        Topic::Novelties,
        [include_str!("starting/irregular.en.txt"), include_str!("starting/irregular.ru.txt"), include_str!("starting/irregular.bg.txt")],
    ),
    (Segment::Former, Topic::Offers, [include_str!("starting/former.en.txt"), include_str!("starting/former.ru.txt"), include_str!("starting/former.bg.txt")]),
    (
        Segment::Potential,
        Topic::Offers,
        [include_str!("starting/potential.en.txt"), include_str!("starting/potential.ru.txt"), include_str!("starting/potential.bg.txt")],
    ),
];

/// Reads a file: its first line is the subject, then come the text and the HTML, each after a line that says so.
pub fn read(lang: Lang, file: &str) -> Option<TemplateText> {
    let (subject, rest) = file.split_once("\n=== text\n")?;
    let (text, html) = rest.split_once("\n=== html\n")?;
    Some(TemplateText { lang, subject: subject.trim().into(), html: html.trim().into(), text: text.trim().into() })
}

/// The texts of each segment.
pub fn texts() -> Vec<(Segment, Topic, Vec<TemplateText>)> {
    TEXTS
        .iter()
        .map(|(segment, topic, files)| (*segment, *topic, Lang::ALL.into_iter().zip(files).filter_map(|(lang, file)| read(lang, file)).collect()))
        .collect()
}

/// Writes them into an installation without any template; called at set-up and by the demo, and harmless when called again.
/// `lang` is the language the templates are named in.
pub async fn seed(connection: &mut AnyConnection, state: &AppState, lang: Lang, actor: &str) -> anyhow::Result<()> {
    if store::any(connection).await? {
        return Ok(());
    }
    let now = state.clock.now_ms();
    for (segment, topic, texts) in texts() {
        let id = TemplateId(state.clock.new_id()).to_string();
        let name = words::STARTING_TEXT.with(lang, &[("segment", &kontor_shared::words::segments::segment_name(segment).say(lang))]);
        store::insert(connection, &id, &name, segment.word(), topic.word(), now).await?;
        store::add_version(connection, &id, (&name, segment.word(), topic.word()), 1, "", actor, &texts, now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firm::FirmSettings;
    use crate::mailings::{check, values};

    #[test]
    fn every_starting_text_passes_its_own_checks_in_every_language() {
        let mut wrong = Vec::new();
        for (segment, _, texts) in texts() {
            assert_eq!(texts.len(), Lang::ALL.len(), "{segment:?}");
            for text in texts {
                let mut sample = values::sample(text.lang, &FirmSettings::default(), "2026-01-15", Some("https://shop.example"));
                sample.firm_name = "Firm".into();
                let checked = check::check(&text, &sample);
                wrong.extend(checked.problems.into_iter().map(|one| format!("{segment:?} {:?} {} {} {}", one.lang, one.part, one.code, one.value)));
                assert!(checked.preview.is_some());
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
