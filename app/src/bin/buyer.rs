//! The buyer's entry point.

fn main() {
    kontor_app::buyer::start();
}
