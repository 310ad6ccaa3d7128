//! The price list's entry point.

fn main() {
    kontor_app::list::start();
}
