//! A real Chromium, driven through a chromedriver of the test's own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::databases::fresh_directory;

/// One browser with a profile of its own, empty at first.
pub struct Browser {
    pub driver: WebDriver,
    pub downloads: PathBuf,
    directory: PathBuf,
    _chromedriver: Child,
}

/// How long the page may take to come to what the story expects; long, as machines that test are slow and busy.
const PATIENCE: Duration = Duration::from_secs(45);

/// A chromedriver and its port. Now and then one ends before it has any, as where another program was faster to take it.
async fn chromedriver() -> (Child, u16) {
    for _ in 0..5 {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver starts (apt-get install chromium chromium-driver)");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let said = tokio::time::timeout(PATIENCE, async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some((_, rest)) = line.split_once("started successfully on port ") {
                    return rest.trim_end_matches('.').trim().parse::<u16>().ok();
                }
            }
            None
        });
        if let Ok(Some(port)) = said.await {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, port);
        }
    }
    panic!("chromedriver ends before it says its port");
}

impl Browser {
    pub async fn start() -> Self {
        Self::sized(1280, 900).await
    }

    /// With a window of this size; narrower than 500 it is a telephone's.
    pub async fn sized(width: u32, height: u32) -> Self {
        Self::in_directory(fresh_directory(), width, height).await
    }

    /// Closed, and opened again another time: what it keeps is in its profile.
    pub async fn closed_and_opened(mut self) -> Self {
        let directory = std::mem::take(&mut self.directory);
        self.driver.clone().quit().await.expect("Chromium closes");
        drop(self);
        Self::in_directory(directory, 1280, 900).await
    }

    async fn in_directory(directory: PathBuf, width: u32, height: u32) -> Self {
        let downloads = directory.join("downloads");
        std::fs::create_dir_all(&downloads).expect("a download folder can be made");
        let (child, port) = chromedriver().await;
        let mut capabilities = ChromeCapabilities::new();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--lang=en",
            &format!("--window-size={width},{height}"),
            &format!("--user-data-dir={}", directory.join("profile").display()),
        ] {
            capabilities.add_arg(argument).expect("a capability");
        }
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).expect("a capability");
        capabilities
            .add_experimental_option(
                "prefs",
                serde_json::json!({"download.default_directory": downloads, "download.prompt_for_download": false, "intl.accept_languages": "en"}),
            )
            .expect("a capability");
        let driver = WebDriver::new(&format!("http://127.0.0.1:{port}"), capabilities).await.expect("Chromium starts");
        // A browser that was started a moment ago puts off looking for another service worker, and whoever asked it to waits.
        driver.set_script_timeout(Duration::from_secs(180)).await.expect("a time for scripts");
        Self { driver, downloads, directory, _chromedriver: child }
    }

    pub async fn open(&self, address: &str) {
        self.driver.goto(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// The first element that matches and is displayed, waited for.
    pub async fn see(&self, css: &str) -> WebElement {
        let until = Instant::now() + PATIENCE;
        loop {
            for element in self.driver.find_all(By::Css(css)).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) {
                    return element;
                }
            }
            if Instant::now() > until {
                panic!("no visible {css} within {PATIENCE:?}; the page says:\n{}", self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page's text contains `text`.
    pub async fn read(&self, text: &str) {
        self.until(&format!("the text {text:?}"), async || self.text().await.contains(text)).await;
    }

    /// Waits until `condition` holds.
    pub async fn until(&self, what: &str, condition: impl AsyncFn() -> bool) {
        let until = Instant::now() + PATIENCE;
        while !condition().await {
            if Instant::now() > until {
                panic!("not within {PATIENCE:?}: {what}; the page says:\n{}", self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The page's visible text.
    pub async fn text(&self) -> String {
        match self.driver.find(By::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    pub async fn click(&self, css: &str) {
        // The element may be replaced between finding and clicking it.
        let until = Instant::now() + PATIENCE;
        loop {
            match self.see(css).await.click().await {
                Ok(()) => return,
                Err(error) if Instant::now() > until => panic!("cannot click {css}: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Gives a file to a field, which is not displayed itself: its button is.
    pub async fn choose(&self, css: &str, file: &Path) {
        self.see(&format!("{css} + .btn")).await;
        let field = self.driver.find(By::Css(css)).await.expect("its button was seen");
        field.send_keys(file.to_str().expect("a path")).await.expect("a file is chosen");
    }

    /// Clicks the visible button or link with exactly this text; a key named beside it does not count.
    pub async fn press(&self, label: &str) {
        let quoted = serde_json::to_string(label).expect("a string");
        let script = format!(
            "const shown = e => e.checkVisibility(); const bare = e => {{ const copy = e.cloneNode(true); \
             copy.querySelectorAll('kbd').forEach(key => key.remove()); return copy.textContent.trim(); }}; const found = [...document.querySelectorAll('button, a, summary, [role=button], [role=tab]')]\
             .find(e => shown(e) && !e.disabled && (e.innerText.trim() === {quoted} || bare(e) === {quoted} || e.getAttribute('aria-label') === {quoted})); \
             if (found) found.click(); return !!found"
        );
        self.until(&format!("a button or link {label:?}"), async || {
            self.driver.execute(script.as_str(), Vec::new()).await.ok().and_then(|answer| answer.convert::<bool>().ok()).unwrap_or(false)
        })
        .await;
    }

    /// Types into the field, replacing what is there.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.see(css).await;
        field.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.send_keys(Key::Control + "a").await.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.send_keys(text).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Keys to whatever has the focus.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        self.driver.active_element().await.expect("something has the focus").send_keys(keys).await.expect("keys are taken");
    }

    /// Runs a script and gives what it returns.
    pub async fn script<T: serde::de::DeserializeOwned>(&self, script: &str) -> T {
        self.driver
            .execute(script, Vec::new())
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
            .convert()
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Empties the browser's own cache; what pages and service workers keep stays.
    pub async fn forget_files(&self) {
        self.driver.cdp().network().clear_browser_cache().await.expect("the cache is emptied");
    }

    /// Waits for a finished download with this ending and gives its path.
    pub async fn download(&self, ending: &str) -> PathBuf {
        let find = || {
            std::fs::read_dir(&self.downloads)
                .ok()?
                .flatten()
                .map(|entry| entry.path())
                .find(|path| path.extension().is_some_and(|found| found == ending) && path.metadata().is_ok_and(|meta| meta.len() > 0))
        };
        self.until(&format!("a downloaded .{ending}"), async || find().is_some()).await;
        find().expect("just seen")
    }

    /// Errors the page wrote to the console since the last call.
    pub async fn console_errors(&self) -> Vec<String> {
        let entries = self.driver.browser_log().await.expect("the browser's log can be read");
        entries.into_iter().filter(|entry| entry.level == "SEVERE").map(|entry| entry.message).collect()
    }

    /// Fails if the page wrote errors to the console.
    pub async fn assert_quiet(&self) {
        let errors = self.console_errors().await;
        assert!(errors.is_empty(), "the page wrote errors to the console:\n  {}", errors.join("\n  "));
    }

    /// Ends the story: an error in the console fails it.
    pub async fn close(self) {
        self.assert_quiet().await;
        let _ = self.driver.clone().quit().await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser opened again took it along.
        if !self.directory.as_os_str().is_empty() {
            let _ = std::fs::remove_dir_all(&self.directory);
        }
    }
}
