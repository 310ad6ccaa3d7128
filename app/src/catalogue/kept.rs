//! The list this browser keeps, so that the next start needs no answer from anyone.
//!
//! In Cache Storage rather than IndexedDB: bytes go in and come out by one promise each, without databases, versions and
//! transactions, and nothing of it is read before it is asked for. One reader's list is kept at a time, in one entry with
//! what names it, so a write that was cut off leaves the entry before it or none. Who it belongs to stands in it and is
//! looked at on both sides of every write: a log-out in another tab may come in between.

use js_sys::{Promise, Uint8Array};
use kontor_shared::api::{Bought, PriceListInfo};
use kontor_shared::catalog::columns::Columns;
use kontor_shared::catalog::discount;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::house::memory;

const CACHE: &str = "kontor-kept";
/// The service worker's (xtask/src/service_worker.js).
const PICTURES: &str = "kontor-pictures";
const LIST: &str = "/kept/list";
const BOUGHT: &str = "/kept/bought";

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

    #[wasm_bindgen(js_name = Response)]
    type Entry;
    #[wasm_bindgen(constructor, js_class = "Response")]
    fn new(bytes: &Uint8Array) -> Entry;
    #[wasm_bindgen(method, js_name = arrayBuffer)]
    fn bytes(this: &Entry) -> Promise;
}

/// What stands before the bytes of an entry.
#[derive(Serialize, Deserialize)]
struct Label<T> {
    reader: String,
    what: T,
}

/// A version as it came from the server, before any discount.
pub struct KeptList {
    pub info: PriceListInfo,
    pub bytes: Vec<u8>,
}

async fn cache() -> Result<Cache, JsValue> {
    Ok(JsFuture::from(open_cache(CACHE)?).await?.unchecked_into())
}

async fn read<T: DeserializeOwned>(address: &str, reader: &str) -> Option<(T, Vec<u8>)> {
    let entry = JsFuture::from(cache().await.ok()?.find(address)).await.ok()?;
    if entry.is_undefined() {
        return None;
    }
    let buffer = JsFuture::from(entry.unchecked_ref::<Entry>().bytes()).await.ok()?;
    let mut bytes = Uint8Array::new(&buffer).to_vec();
    let (label, end) = unpack::<Label<T>>(&bytes)?;
    // In place: a long list is not held twice.
    bytes.drain(..end);
    (label.reader == reader).then_some((label.what, bytes))
}

async fn write<T: Serialize>(address: &str, reader: &str, what: T, bytes: &[u8]) {
    // Whoever was signed in when this was asked for may have left meanwhile.
    if memory::reader_now() != reader {
        return;
    }
    let Some(packed) = pack(&Label { reader: reader.to_string(), what }, bytes) else { return };
    if let Ok(cache) = cache().await {
        let kept = JsFuture::from(cache.put(address, &Entry::new(&Uint8Array::from(packed.as_slice())))).await;
        if kept.is_err() || memory::reader_now() != reader {
            wipe();
        }
    }
}

/// A label, its length before it, and the bytes.
fn pack(label: &impl Serialize, bytes: &[u8]) -> Option<Vec<u8>> {
    let label = serde_json::to_vec(label).ok()?;
    let mut all = Vec::with_capacity(4 + label.len() + bytes.len());
    all.extend_from_slice(&u32::try_from(label.len()).ok()?.to_le_bytes());
    all.extend_from_slice(&label);
    all.extend_from_slice(bytes);
    Some(all)
}

/// The label, and where the bytes begin.
fn unpack<T: DeserializeOwned>(all: &[u8]) -> Option<(T, usize)> {
    let (length, rest) = all.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    Some((serde_json::from_slice(rest.get(..length)?).ok()?, 4 + length))
}

/// The list kept for this reader.
pub async fn list(reader: &str) -> Option<KeptList> {
    let (info, bytes) = read(LIST, reader).await?;
    Some(KeptList { info, bytes })
}

/// Keeps a list for this reader, in place of the one before.
pub async fn keep_list(reader: &str, info: &PriceListInfo, bytes: &[u8]) {
    write(LIST, reader, info, bytes).await;
}

/// The codes of what this reader bought before.
pub async fn bought(reader: &str) -> Option<Bought> {
    Some(read(BOUGHT, reader).await?.0)
}

pub async fn keep_bought(reader: &str, bought: &Bought) {
    write(BOUGHT, reader, bought, &[]).await;
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
pub fn decode(info: &PriceListInfo, bytes: &[u8]) -> Option<Columns> {
    let list = Columns::decode(bytes).ok()?;
    (list.head.version == info.version && list.head.overlay == discount::parts(&info.overlay).0).then_some(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_back_as_it_went_in_and_a_torn_one_not_at_all() {
        let label = Label { reader: "ann C1".to_string(), what: 7_u32 };
        let packed = pack(&label, b"rows").unwrap();
        let (back, end) = unpack::<Label<u32>>(&packed).unwrap();
        assert_eq!((back.reader.as_str(), back.what, &packed[end..]), ("ann C1", 7, b"rows".as_slice()));
        for cut in 0..end {
            assert!(unpack::<Label<u32>>(&packed[..cut]).is_none(), "{cut}");
        }
    }
}
