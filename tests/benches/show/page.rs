//! What a reader waits for, measured in a real browser by the page's own clock.

use anyhow::{Context, Result, ensure};
use kontor_tests::browser::Browser;
use serde_json::{Value, json};

use crate::figures::{median, p95};

/// Runs before the page's own scripts: notes when the first rows are painted, and what becomes a file.
const BEFORE: &str = "\
    window.kontorPaint = () => new Promise(done => requestAnimationFrame(() => { \
        const channel = new MessageChannel(); channel.port1.onmessage = () => done(performance.now()); channel.port2.postMessage(0); })); \
    (async () => { while (!document.querySelector('.list .item')) await new Promise(done => requestAnimationFrame(done)); \
        window.kontorRows = await window.kontorPaint(); })(); \
    const make = URL.createObjectURL; \
    URL.createObjectURL = blob => { window.kontorFile = [performance.now(), blob.size]; return make.call(URL, blob); };";

/// Types a query key by key; each time is from the key to the paint after the last change it caused.
const TYPE: &str = "\
    const input = document.getElementById('search'), times = []; let changed = false; \
    const watcher = new MutationObserver(() => { changed = true; }); \
    watcher.observe(document.querySelector('.shop-list'), { subtree: true, childList: true, characterData: true, attributes: true }); \
    const set = async text => { \
        await new Promise(done => setTimeout(done, 30 + Math.random() * 30)); changed = false; \
        const start = performance.now(); \
        input.value = text; input.dispatchEvent(new Event('input', { bubbles: true })); \
        let end = await window.kontorPaint(); \
        for (let frame = 0; frame < 30; frame++) { changed = false; const next = await window.kontorPaint(); if (!changed) break; end = next; } \
        return end - start; }; \
    return (async () => { \
        for (const query of QUERIES) { \
            for (let length = 1; length <= query.length; length++) times.push(await set(query.slice(0, length))); \
            await set(''); } \
        watcher.disconnect(); return times; })();";

const EXPORT: &str = "\
    return (async () => { delete window.kontorFile; const start = performance.now(); \
        window.dispatchEvent(new KeyboardEvent('keydown', { key: 's', ctrlKey: true, bubbles: true, cancelable: true })); \
        while (!window.kontorFile) { if (performance.now() - start > 60000) return null; await new Promise(done => setTimeout(done, 4)); } \
        return [window.kontorFile[0] - start, window.kontorFile[1]]; })();";

/// Milliseconds.
pub struct FirstRows {
    /// Nothing in the browser's cache.
    pub cold: f64,
    pub warm: f64,
}

pub struct Keys {
    pub median: f64,
    pub p95: f64,
    pub count: usize,
}

pub struct File {
    pub milliseconds: f64,
    pub bytes: u64,
}

/// A browser that runs `BEFORE` on every page.
pub async fn browser() -> Result<Browser> {
    let browser = Browser::sized(1440, 900).await;
    tell(&browser, "Page.addScriptToEvaluateOnNewDocument", json!({"source": BEFORE})).await?;
    Ok(browser)
}

async fn tell(browser: &Browser, command: &str, parameters: Value) -> Result<()> {
    browser.driver.cdp().send_raw(command, parameters).await.with_context(|| command.to_string())?;
    Ok(())
}

async fn rows(browser: &Browser, address: &str) -> Result<f64> {
    browser.open(address).await;
    let ask = "return (async () => { while (!window.kontorRows) await new Promise(done => setTimeout(done, 5)); return window.kontorRows; })()";
    Ok(browser.script(ask).await)
}

/// From asking for the address to the first rows painted, median of `times`.
pub async fn first_rows(browser: &Browser, address: &str, times: usize) -> Result<FirstRows> {
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..times {
        tell(browser, "Network.clearBrowserCache", json!({})).await?;
        cold.push(rows(browser, address).await?);
        warm.push(rows(browser, address).await?);
    }
    Ok(FirstRows { cold: median(&mut cold), warm: median(&mut warm) })
}

/// Key to paint in the list that is open, over all keys of `queries`.
pub async fn keys(browser: &Browser, queries: &[&str]) -> Result<Keys> {
    browser.see("#search").await;
    let script = TYPE.replace("QUERIES", &serde_json::to_string(queries)?);
    let mut times: Vec<f64> = browser.script(&script).await;
    ensure!(!times.is_empty(), "no key was measured");
    Ok(Keys { median: median(&mut times), p95: p95(&mut times), count: times.len() })
}

/// From the key to the finished file, median of `times`.
pub async fn export(browser: &Browser, times: usize) -> Result<File> {
    let (mut took, mut size) = (Vec::new(), 0);
    for _ in 0..times {
        let answer: Option<(f64, u64)> = browser.script(EXPORT).await;
        let (milliseconds, bytes) = answer.context("no Excel file was made within a minute")?;
        took.push(milliseconds);
        size = bytes;
    }
    Ok(File { milliseconds: median(&mut took), bytes: size })
}
