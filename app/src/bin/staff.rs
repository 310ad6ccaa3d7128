//! The staff's entry point.

fn main() {
    kontor_app::admin::start();
}
