//! Embeds what the browser is served.

fn main() {
    memory_serve::load_directory("./web");
}
