//! What was measured beside the peers, as a table: ours, theirs, their ratio, the goal, and whether it is met.

use serde_json::Value;

/// A figure of ours beside a peer's.
struct Row {
    what: String,
    ours: Option<f64>,
    peer: &'static str,
    theirs: Option<f64>,
    unit: &'static str,
    /// Ours at most so much of theirs, where there is a goal for that many goods, and the stretch.
    goal: Option<f64>,
    stretch: Option<f64>,
}

fn number(of: &Value, path: &str) -> Option<f64> {
    of.pointer(path).and_then(Value::as_f64)
}

fn figure(value: Option<f64>, unit: &str) -> String {
    match value {
        None => "–".into(),
        Some(value) if value.abs() >= 100.0 => format!("{value:.0} {unit}"),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1} {unit}"),
        Some(value) => format!("{value:.2} {unit}"),
    }
}

impl Row {
    fn write(&self) -> String {
        let ratio = self.ours.zip(self.theirs).filter(|(_, theirs)| *theirs > 0.0).map(|(ours, theirs)| ours / theirs);
        let met = match (ratio, self.goal, self.stretch) {
            (None, ..) => "not measured",
            (_, None, _) => "",
            (Some(ratio), _, Some(stretch)) if ratio <= stretch => "met, stretch too",
            (Some(ratio), Some(goal), _) if ratio <= goal => "met",
            _ => "**missed**",
        };
        let goal = match (self.goal, self.stretch) {
            (None, _) => "–".into(),
            (Some(goal), None) => format!("≤ {goal:.3}"),
            (Some(goal), Some(stretch)) => format!("≤ {goal:.3} (stretch {stretch:.3})"),
        };
        let ratio = ratio.map_or("–".into(), |ratio| format!("{ratio:.3}"));
        format!("| {} | {} | {} ({}) | {ratio} | {goal} | {met} |\n", self.what, figure(self.ours, self.unit), figure(self.theirs, self.unit), self.peer)
    }
}

/// The whole page of figures.
pub fn write(result: &Value, commit: &str) -> String {
    let mut out = format!(
        "# Beside the peers\n\nMeasured by `cargo xtask bench --peers` at {commit}: {}, {} rounds, ours and theirs by turns, medians; load average {}. \
         Ratios between columns are what counts: milliseconds depend on the machine and on what else it does.\n\n\
         | what | ours | best peer | ratio | goal | |\n|---|---:|---:|---:|---:|---|\n",
        result["machine"].as_str().unwrap_or("an unknown machine"),
        result["rounds"],
        figure(number(result, "/load"), "").trim(),
    );
    let sizes: Vec<u64> = result["sizes"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    for size in &sizes {
        for row in rows(result, *size) {
            out.push_str(&row.write());
        }
        for text in absolute(result, *size) {
            out.push_str(&text);
        }
    }
    out.push_str("\nSearch quality, recall@10 by class:\n\n| goods | class | ours | includes() | FlexSearch | MiniSearch |\n|---|---|---:|---:|---:|---:|\n");
    for size in &sizes {
        let classes = |name: &str| result.pointer(&format!("/search/{size}/{name}/classes")).and_then(Value::as_object);
        for class in classes("kontor").into_iter().flat_map(|classes| classes.keys()) {
            let of =
                |name: &str| classes(name).and_then(|classes| classes.get(class)).and_then(Value::as_f64).map_or("–".into(), |value| format!("{value:.2}"));
            out.push_str(&format!(
                "| {size} | {class} | {} | {} | {} | {} |\n",
                of("kontor"),
                of("linear-includes"),
                of("flexsearch-full-all"),
                of("minisearch")
            ));
        }
    }
    out.push_str(
        "\nThe lean peer is React with TanStack Virtual, a plain search and ExcelJS. Slow: 1.6 Mbit/s, 150 ms, a processor four times slower. \
         A key is timed until the count has changed on the painted page; at 60 frames a second that is one frame at least, and unclocked, frames come as \
         soon as they are made. Bytes are those of the first visit without what is fetched for Excel. Peak memory is that of the page's processes above what they held before. Ready is when the first key would be answered; what makes keys as quick as measured \
         is prepared in the idle moments after, and memory for search is that of all of it.\n",
    );
    out
}

fn rows(result: &Value, size: u64) -> Vec<Row> {
    let page = |path: &str| number(result, &format!("/pages/{size}{path}"));
    let search = |name: &str, what: &str| number(result, &format!("/search/{size}/{name}/{what}"));
    let row = |what: &str, ours, peer, theirs, unit, goal, stretch| Row { what: format!("{what}, {size}"), ours, peer, theirs, unit, goal, stretch };
    let bytes = |path: &str| page(path).map(|bytes| bytes / 1000.0);
    let grid = result.pointer(&format!("/grids/{size}")).and_then(Value::as_object);
    let grid = grid.and_then(|grids| grids.values().filter_map(Value::as_f64).min_by(f64::total_cmp));
    // What is set for a short list or a long one is a goal there only.
    let short = |goal: f64| (size < 50_000).then_some(goal);
    let long = |goal: f64| (size >= 50_000).then_some(goal);
    let third = 1.0 / 3.0;
    let mut rows = vec![
        row("search p95 per key, exact", search("kontor", "exact"), "includes()", search("linear-includes", "exact"), "ms", long(0.1), None),
        row("search p95 per key, exact", search("kontor", "exact"), "FlexSearch", search("flexsearch-full-all", "exact"), "ms", long(third), None),
        row("search p95, repaired", search("kontor", "repaired"), "includes()", search("linear-includes", "repaired"), "ms", long(0.5), long(0.25)),
        row("ready after data arrives", search("kontor", "ready"), "MiniSearch", search("minisearch", "ready"), "ms", long(1.0 / 30.0), None),
        row("memory for search", search("kontor", "mb"), "MiniSearch", search("minisearch", "mb"), "MB", long(0.25), None),
        row("key → painted, median", page("/ours/key"), "lean", page("/lean/key"), "ms", long(0.5), None),
        row("key → painted, p95", page("/ours/keyP95"), "lean", page("/lean/keyP95"), "ms", long(third), None),
        row("key → painted, frames unclocked, median", page("/ours/bareKey"), "lean", page("/lean/bareKey"), "ms", long(0.5), None),
        row("key → painted, frames unclocked, p95", page("/ours/bareKeyP95"), "lean", page("/lean/bareKeyP95"), "ms", long(third), None),
        row("scrolling, main thread per frame, beside a bare grid", page("/ours/frame"), "best grid", grid, "ms", long(0.9), None),
        row("scrolling, main thread per frame, whole pages", page("/ours/frame"), "lean", page("/lean/frame"), "ms", None, None),
        row("bytes to a usable list", bytes("/ours/bytes"), "lean", bytes("/lean/bytes"), "kB", short(1.0), short(0.8)),
        row("first rows", page("/ours/rows"), "lean", page("/lean/rows"), "ms", None, None),
        row("page heap, with WebAssembly's memory", page("/ours/heap"), "lean", page("/lean/heap"), "MB", long(third), None),
        row("second start, offline", page("/second/offline"), "our first", page("/second/first"), "ms", Some(third), None),
        row(
            "Excel, first click",
            page("/ours/file/ms"),
            "ExcelJS",
            page("/exceljs/ms"),
            "ms",
            Some(if size < 50_000 { 0.5 } else { 0.4 }),
            Some(if size < 50_000 { 0.25 } else { 0.2 }),
        ),
        row("Excel, peak memory", page("/ours/file/peak"), "ExcelJS", page("/exceljs/peak"), "MB", long(third), long(0.1)),
        row("Excel, bytes", bytes("/ours/file/bytes"), "ExcelJS", bytes("/exceljs/bytes"), "kB", None, None),
    ];
    if page("/lean/slowRows").is_some() {
        rows.push(row("first rows, slow", page("/ours/slowRows"), "lean", page("/lean/slowRows"), "ms", short(0.5), short(third)));
        rows.push(row("first paint, slow", page("/ours/slowPaint"), "lean", page("/lean/slowPaint"), "ms", short(0.5), short(third)));
    }
    rows
}

/// Goals that are not ratios.
fn absolute(result: &Value, size: u64) -> Vec<String> {
    let page = |path: &str| number(result, &format!("/pages/{size}{path}"));
    let line = |what: &str, ours: String, goal: &str, met: Option<bool>| {
        let met = met.map_or("not measured", |met| if met { "met" } else { "**missed**" });
        format!("| {what}, {size} | {ours} | – | – | {goal} | {met} |\n")
    };
    let classes: Vec<f64> = result
        .pointer(&format!("/search/{size}/kontor/classes"))
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|all| all.values())
        .filter_map(Value::as_f64)
        .collect();
    let mean = (!classes.is_empty()).then(|| classes.iter().sum::<f64>() / classes.len() as f64);
    let least = classes.iter().copied().min_by(f64::total_cmp);
    let nonsense = number(result, &format!("/search/{size}/kontor/nonsense"));
    let search = |what: &str| number(result, &format!("/search/{size}/kontor/{what}"));
    let (first, part) = (search("first"), search("part"));
    let (block, blank, long) = (page("/ours/file/block"), page("/ours/blank"), page("/ours/long"));
    vec![
        line("recall@10, mean of all classes", figure(mean, ""), "≥ 0.97", mean.map(|mean| mean >= 0.97)),
        line("recall@10, worst class", figure(least, ""), "≥ 0.9", least.map(|least| least >= 0.9)),
        line("hits for nonsense", figure(nonsense, ""), "0", nonsense.map(|hits| hits == 0.0)),
        line("a key at once, before anything is prepared", figure(first, "ms"), "≤ 50 ms", first.map(|first| first <= 50.0)),
        line("longest part prepared in an idle moment", figure(part, "ms"), "≤ 50 ms", part.map(|part| part <= 50.0)),
        line("Excel, main thread blocked", figure(block, "ms"), "≤ 50 ms", block.map(|block| block <= 50.0)),
        line("blank rows while scrolling", figure(blank, ""), "0", blank.map(|blank| blank == 0.0)),
        line("longest task while scrolling", figure(long, "ms"), "≤ 50 ms", long.map(|long| long <= 50.0)),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn a_goal_that_is_missed_is_said_plainly() {
        let result = json!({"sizes": [100000], "rounds": 1, "pages": {"100000": {
            "ours": {"key": 30.0, "heap": 5.0, "file": {"ms": 100.0}}, "lean": {"key": 50.0, "heap": 20.0}, "exceljs": {"ms": 900.0}}}});
        let table = super::write(&result, "abc");
        let line = |what: &str| table.lines().find(|line| line.starts_with(&format!("| {what}, 100000"))).unwrap().to_string();
        assert!(line("key → painted, median").ends_with("| 0.600 | ≤ 0.500 | **missed** |"), "{}", line("key → painted, median"));
        assert!(line("page heap, with WebAssembly's memory").ends_with("| 0.250 | ≤ 0.333 | met |"));
        assert!(line("Excel, first click").ends_with("| met, stretch too |"));
        assert!(line("first rows").ends_with("| not measured |"));
    }
}
