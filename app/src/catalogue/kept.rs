//! The list this browser keeps, so that the next start needs no answer from anyone.
//!
//! In Cache Storage rather than IndexedDB: bytes go in and come out by one promise each, without databases, versions and
//! transactions, and nothing of it is read before it is asked for. One reader's list is kept at a time, in one entry with
//! what names it, so a write that was cut off leaves the entry before it or none. Who it belongs to stands in it and is
//! looked at on both sides of every write: a log-out in another tab may come in between.

use js_sys::{Array, Promise, Uint8Array};
use kontor_shared::api::{Bought, PriceListInfo};
use kontor_shared::catalog::columns::Columns;
use kontor_shared::catalog::discount;
use kontor_shared::words::Lang;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::house::memory;

const CACHE: &str = "kontor-kept";
/// The service worker's (xtask/src/service_worker.js).
const PICTURES: &str = "kontor-pictures";
const LIST: &str = "/kept/list";
const BOUGHT: &str = "/kept/bought";
const FILE: &str = "/kept/file";
/// The first screen, which `app/boot.js` shows.
const FIRST: &str = "/kept/first";

#[wasm_bindgen]
extern "C" {
    // Without a secure connection there is no such thing, which is caught as any other failure.
    #[wasm_bindgen(js_namespace = caches, js_name = open, catch)]
    fn open_cache(name: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = caches, js_name = delete, catch)]
    fn delete_cache(name: &str) -> Result<Promise, JsValue>;

    type Cache;
    #[wasm_bindgen(method, js_name = match)]
    fn find(this: &Cache, address: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn put(this: &Cache, address: &str, what: &Entry) -> Promise;
    #[wasm_bindgen(method, js_name = delete)]
    fn drop(this: &Cache, address: &str) -> Promise;

    #[wasm_bindgen(js_name = Response)]
    type Entry;
    #[wasm_bindgen(constructor, js_class = "Response")]
    fn new(body: &Blob) -> Entry;
    #[wasm_bindgen(method, js_name = arrayBuffer)]
    fn bytes(this: &Entry) -> Promise;
}

/// What stands before the bytes of an entry.
#[derive(Serialize, Deserialize)]
struct Label<T> {
    reader: String,
    what: T,
}

/// A version as it came from the server, before any discount. Its bytes lie outside this program's memory, which only ever grows.
pub struct KeptList {
    pub info: PriceListInfo,
    pub bytes: Uint8Array,
}

async fn cache() -> Result<Cache, JsValue> {
    Ok(JsFuture::from(open_cache(CACHE)?).await?.unchecked_into())
}

async fn read<T: DeserializeOwned>(address: &str, reader: &str) -> Option<(T, Uint8Array)> {
    let entry = JsFuture::from(cache().await.ok()?.find(address)).await.ok()?;
    if entry.is_undefined() {
        return None;
    }
    let buffer = JsFuture::from(entry.unchecked_ref::<Entry>().bytes()).await.ok()?;
    let all = Uint8Array::new(&buffer);
    let length = label_length(&all.subarray(0, 4).to_vec())?;
    let end = length.checked_add(4)?;
    let label: Label<T> = serde_json::from_slice(&all.subarray(4, end).to_vec()).ok()?;
    (label.reader == reader).then(|| (label.what, all.subarray(end, all.length())))
}

/// Says whether it is kept.
async fn write<T: Serialize>(address: &str, reader: &str, what: T, bytes: &Uint8Array) -> bool {
    // Whoever was signed in when this was asked for may have left meanwhile.
    if memory::reader_now() != reader {
        return false;
    }
    let Some(label) = labelled(&Label { reader: reader.to_string(), what }) else { return false };
    let Ok(body) = Blob::new_with_u8_array_sequence(&Array::of2(&Uint8Array::from(label.as_slice()), bytes)) else { return false };
    let Ok(cache) = cache().await else { return false };
    let kept = JsFuture::from(cache.put(address, &Entry::new(&body))).await.is_ok();
    // The first screen and what was bought are of the list: without it they are nothing. It needs none of them.
    if memory::reader_now() != reader || (!kept && address == LIST) {
        wipe();
        return false;
    }
    if !kept {
        let _ = JsFuture::from(cache.drop(address)).await;
    }
    kept
}

/// A label with its length before it.
fn labelled(label: &impl Serialize) -> Option<Vec<u8>> {
    let label = serde_json::to_vec(label).ok()?;
    let mut all = u32::try_from(label.len()).ok()?.to_le_bytes().to_vec();
    all.extend_from_slice(&label);
    Some(all)
}

/// How long the label is, by the first bytes of an entry.
fn label_length(start: &[u8]) -> Option<u32> {
    start.first_chunk::<4>().map(|length| u32::from_le_bytes(*length))
}

/// The list kept for this reader.
pub async fn list(reader: &str) -> Option<KeptList> {
    let (info, bytes) = read(LIST, reader).await?;
    Some(KeptList { info, bytes })
}

/// Keeps a list for this reader, in place of the one before.
pub async fn keep_list(reader: &str, info: &PriceListInfo, bytes: &Uint8Array) {
    // That of another list is not shown with this one; it is soon kept anew.
    if let Ok(cache) = cache().await {
        let _ = JsFuture::from(cache.drop(FIRST)).await;
    }
    write(LIST, reader, info, bytes).await;
}

/// Keeps the first screen as this reader sees it, where the list it is of is kept.
pub async fn keep_first(reader: &str, lang: Lang, html: &str) {
    write(FIRST, reader, (lang.tag(), html), &Uint8Array::new_with_length(0)).await;
}

/// The codes of what this reader bought before.
pub async fn bought(reader: &str) -> Option<Bought> {
    Some(read(BOUGHT, reader).await?.0)
}

pub async fn keep_bought(reader: &str, bought: &Bought) {
    write(BOUGHT, reader, bought, &Uint8Array::new_with_length(0)).await;
}

/// Keeps a file that was dropped on one page for the page that reads it. Says whether it is kept.
pub async fn hand_file(reader: &str, name: &str, bytes: &Uint8Array) -> bool {
    write(FILE, reader, name, bytes).await
}

/// The file that was handed over, once.
pub async fn handed_file(reader: &str) -> Option<(String, Uint8Array)> {
    let file = read(FILE, reader).await;
    if let Ok(cache) = cache().await {
        let _ = JsFuture::from(cache.drop(FILE)).await;
    }
    file
}

/// Nothing of any reader's list is kept any more.
pub fn wipe() {
    drop_cache(CACHE);
}

/// Nor any picture that was seen: the service worker keeps those.
pub fn wipe_pictures() {
    drop_cache(PICTURES);
}

fn drop_cache(name: &str) {
    if let Ok(promise) = delete_cache(name) {
        // Where nothing can be kept there is nothing to wipe either.
        spawn_local(async { drop(JsFuture::from(promise).await) });
    }
}

/// The list in bytes, if it is whole and the one that `info` names: its checksum says whether it is torn, its head whose it is.
pub fn decode(info: &PriceListInfo, bytes: &Uint8Array) -> Option<Columns> {
    let list = Columns::decode(&bytes.to_vec()).ok()?;
    (list.head.version == info.version && list.head.overlay == discount::parts(&info.overlay).0).then_some(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_says_how_long_it_is() {
        let packed = labelled(&Label { reader: "ann C1".to_string(), what: 7_u32 }).unwrap();
        assert_eq!(label_length(&packed), u32::try_from(packed.len() - 4).ok());
        assert_eq!(label_length(&packed[..3]), None, "a torn entry");
    }
}
