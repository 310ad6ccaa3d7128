//! Bodies of mailings, templates and audiences.
