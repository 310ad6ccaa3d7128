//! What takes a message apart, where the server has it.
#![allow(dead_code)]

#[path = "../server/src/intake/kind.rs"]
pub mod kind;
#[path = "../server/src/intake/mime.rs"]
pub mod mime;
#[path = "../server/src/intake/text.rs"]
pub mod text;
