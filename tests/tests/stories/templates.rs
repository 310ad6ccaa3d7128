//! Templates: checked before they are kept, never changed once they are, and rendered for a reader with nothing of anybody
//! else's.

use kontor_shared::api::Role;
use kontor_shared::api::mailings::{Template, TemplateChecked, TemplateList};
use kontor_tests::goods::{good, number, publish};
use kontor_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

const HTML: &str = "<p>Hello {{ customer.name }}</p><a href=\"{{ unsubscribe_url }}\">x</a>";
const TEXT: &str = "Hello {{ customer.name }} {{ unsubscribe_url }}";

fn text(subject: &str, html: &str, text: &str) -> Value {
    json!({"lang": "en", "subject": subject, "html": html, "text": text})
}

fn body(name: &str, based_on: u32, text: Value) -> Value {
    json!({"name": name, "topic": "offers", "segment": "regular", "note": "", "based_on": based_on, "texts": [text]})
}

fn path(app: &TestApp) -> String {
    format!("/api/templates/{}", app.state().clock.new_id())
}

on_both_databases!(a_version_never_changes_and_the_next_one_is_based_on_it, |app| async {
    let sales = app.staff(Role::Sales).await;
    let at = path(&app);
    let first: Template = sales.put(&at, &body("Letter", 0, text("One", HTML, TEXT))).await.json();
    assert_eq!((first.version, first.newest, first.texts[0].subject.as_str()), (1, 1, "One"));
    // The same again is the same; another text under the same base is the next version, and only once.
    let again: Template = sales.put(&at, &body("Letter", 0, text("One", HTML, TEXT))).await.json();
    assert_eq!(again, first);
    let second: Template = sales.put(&at, &body("Letter", 1, text("Two", HTML, TEXT))).await.json();
    assert_eq!((second.version, second.versions.len()), (2, 2));
    sales.put(&at, &body("Letter", 1, text("Three", HTML, TEXT))).await.problem(409, "changed_elsewhere");
    let old: Template = sales.get(&format!("{at}?version=1")).await.json();
    assert_eq!((old.texts, old.newest), (first.texts, 2));
    sales.get(&format!("{at}?version=3")).await.problem(404, "not_found");
    sales.put(&path(&app), &body("Letter", 0, text("One", HTML, TEXT))).await.problem(409, "name_taken");
    sales.put(&path(&app), &body("Other", 3, text("One", HTML, TEXT))).await.problem(404, "not_found");

    let listed = async |query: &str| -> Vec<bool> {
        let list: TemplateList = sales.get(&format!("/api/templates{query}")).await.json();
        list.templates.iter().map(|one| one.archived).collect()
    };
    assert!(sales.call("POST", &format!("{at}/archive")).await.json::<Template>().archived);
    assert_eq!((listed("").await, listed("?archived=1").await), (vec![], vec![true]));
    assert!(!sales.call("POST", &format!("{at}/restore")).await.json::<Template>().archived);
    assert_eq!(listed("").await, [false]);
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM audit WHERE action LIKE 'template.%'").await, 4);
});

on_both_databases!(what_would_fail_a_reader_is_not_kept, |app| async {
    let sales = app.staff(Role::Sales).await;
    let at = path(&app);
    let refused = [
        text("", HTML, TEXT),
        text("S", HTML, ""),
        text("S", "<p>x</p>", TEXT),
        text("S", HTML, "no link"),
        text("S", &format!("{HTML}{{{{ contact.name }}}}"), TEXT),
        text("S", &format!("{HTML}{{{{ customer.password }}}}"), TEXT),
        text("S", &format!("{HTML}{{% include 'x' %}}"), TEXT),
        text("S", &format!("{HTML}<script>x</script>"), TEXT),
        text("S", &format!("{HTML}<a href=\"javascript:x\">y</a>"), TEXT),
        text("{{ env('HOME') }}", HTML, TEXT),
    ];
    for text in refused {
        sales.put(&at, &body("Letter", 0, text.clone())).await.problem(422, "template_refused");
        let checked: TemplateChecked = sales.post("/api/templates/check", &json!({"texts": [text], "lang": "en"})).await.json();
        assert!(checked.problems.iter().any(|one| !one.advice));
    }
    sales.put(&at, &body(" ", 0, text("S", HTML, TEXT))).await.problem(422, "name_missing");
    assert_eq!(number(&app.state().db, "SELECT COUNT(*) FROM templates").await, 0);
});

on_both_databases!(what_would_keep_the_server_busy_is_refused_at_its_line_and_at_once, |app| async {
    let sales = app.staff(Role::Sales).await;
    let deep = text("S", &format!("{HTML}\n{}", "<div>\n".repeat(15_000)), TEXT);
    let begun = std::time::Instant::now();
    let checked: TemplateChecked = sales.post("/api/templates/check", &json!({"texts": [deep], "lang": "en"})).await.json();
    let problem = checked.problems.iter().find(|one| !one.advice).expect("refused");
    assert_eq!((problem.code.as_str(), problem.part.as_str(), problem.line, problem.value.as_str()), ("too_deep", "html", Some(102), "div"));
    assert_eq!(checked.preview, None);
    sales.put(&path(&app), &body("Letter", 0, deep)).await.problem(422, "template_refused");
    assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
    // What the engine says is a code with the line and what stands there; its own English is beside it.
    let faulty = text("S", &format!("{HTML}\n{{{{ customer.name | shout }}}}"), TEXT);
    let checked: TemplateChecked = sales.post("/api/templates/check", &json!({"texts": [faulty], "lang": "en"})).await.json();
    let problem = checked.problems.iter().find(|one| !one.advice).expect("refused");
    assert_eq!((problem.code.as_str(), problem.line, problem.value.as_str()), ("unknown_filter", Some(2), "{{ customer.name | shout }}"));
    assert!(problem.detail.starts_with("unknown filter"), "{}", problem.detail);
});

on_both_databases!(a_readers_copy_has_their_goods_at_their_price_and_no_markup_of_theirs, |app| async {
    let sales = app.staff(Role::Sales).await;
    // Published for readers to see, too.
    let publish_all = async || sales.post("/api/price-lists", &json!({})).await.ok();
    publish(app.state(), "2025-12-01", &[good("A", "10"), good("B", "20"), good("C", "7")]).await;
    publish_all().await;
    let customer = app.customer("C1").await.to_string();
    let mut tx = app.state().db.write_tx().await.unwrap();
    sqlx::query("UPDATE customers SET name = $2, discount = 1000 WHERE id = $1")
        .bind(&customer)
        .bind("<img src=x onerror=alert(1)> {{ 7*7 }} & Co")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let buyer = app.buyer("C1").await;
    for (at, code, price) in [(0, "A", "10"), (1, "A", "10"), (2, "B", "20")] {
        let id = app.state().clock.new_id();
        let body = json!({"version": 1, "overlay": "wholesale", "delivery_address": "x", "comment": at.to_string(),
            "lines": [{"code": code, "quantity": "1", "shown_price": price}]});
        buyer.put(&format!("/api/orders/{id}"), &body).await.ok();
    }
    // A is cheaper in the next list, B is no longer sold.
    publish(app.state(), "2026-01-10", &[good("A", "8"), good("C", "7")]).await;
    publish_all().await;
    let letter = text(
        "For {{ customer.name }}",
        "<p>{{ customer.name }}</p>{% if usual %}USUAL {{ usual }}{% endif %}{% if offers %}OFFERS {{ offers }}{% endif %}<a href=\"{{ unsubscribe_url }}\">x</a>",
        "{{ customer.name }}\n{% if usual %}{{ usual }}{% endif %}\n{% if offers %}{{ offers }}{% endif %}\n{{ unsubscribe_url }}",
    );
    let ask = json!({"texts": [letter], "lang": "en", "customer": customer});
    let checked: TemplateChecked = sales.post("/api/templates/check", &ask).await.json();
    let preview = checked.preview.expect("a preview");
    assert_eq!(preview.subject, "For <img src=x onerror=alert(1)> {{ 7*7 }} & Co");
    assert!(!preview.html.contains("<img") && preview.html.contains("&lt;img src=x onerror=alert(1)&gt; {{ 7*7 }} &amp; Co"), "{}", preview.html);
    // 8 less 10 %; B has no price today and is left out; what cost 10 less 10 % before.
    assert!(preview.text.contains("7.20 € / pc") && !preview.text.contains("Product B"), "{}", preview.text);
    assert!(preview.text.contains("(was 9.00)") && preview.html.contains("was 9.00"), "{}", preview.text);
    assert!(preview.html.find("USUAL").unwrap() < preview.html.find("OFFERS").unwrap());
    // Somebody else's id names nobody.
    let nobody = json!({"texts": ask["texts"], "lang": "en", "customer": "019b0000-0000-7000-8000-000000000000"});
    sales.post("/api/templates/check", &nobody).await.problem(404, "not_found");
});

on_both_databases!(starting_texts_are_there_once_and_can_be_sent, |app| async {
    publish(app.state(), "2026-01-01", &[good("A", "10")]).await;
    let customer = app.customer("C1").await;
    for _ in 0..2 {
        let mut tx = app.state().db.write_tx().await.unwrap();
        kontor_server::mailings::starting::seed(&mut tx, app.state(), kontor_shared::words::Lang::Bg, "set-up").await.unwrap();
        tx.commit().await.unwrap();
    }
    let marketer = app.staff(Role::Marketer).await;
    let list: TemplateList = marketer.get("/api/templates").await.json();
    assert_eq!(list.templates.len(), 4);
    for summary in list.templates {
        let template: Template = marketer.get(&format!("/api/templates/{}", summary.id)).await.json();
        assert_eq!(template.texts.len(), 3, "{}", template.name);
        for lang in ["en", "ru", "bg"] {
            let ask = json!({"texts": template.texts, "lang": lang, "customer": customer});
            let checked: TemplateChecked = marketer.post("/api/templates/check", &ask).await.json();
            assert_eq!(checked.problems, vec![], "{}", template.name);
            let preview = checked.preview.expect("a copy");
            assert!(preview.text.contains("/u/sample") && !preview.text.contains("{{") && !preview.html.contains("{%"), "{}", preview.text);
        }
    }
});
