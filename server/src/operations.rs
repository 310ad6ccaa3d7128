//! Looking after a running firm: a copy of everything in one file and back, moving to the other engine, checking what must
//! always hold, figures for whoever watches. The owner's work, on the command line; nothing here changes business data.

pub mod alone;
pub mod archive;
pub mod backup;
pub mod fsck;
pub mod metrics;
pub mod restore;
pub mod rows;
