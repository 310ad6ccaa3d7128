//! The app's pages, scripts, WASM and styles, embedded. A crate of their own beside the program, so that another app is
//! linked and not a reason to compile the server anew.
#![forbid(unsafe_code)]

use kontor_server::assets::File;

include!(concat!(env!("OUT_DIR"), "/app_files.rs"));
