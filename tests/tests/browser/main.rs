//! Stories played in a real Chromium against the real program.
