//! The operator's folder, errors, and escaping.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::mail::contexts::{AskedBy, TemporaryPassword};

/// A folder that goes when dropped.
struct Folder(PathBuf);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder =
            Self(std::env::temp_dir().join(format!("tradepost-templates-{}-{number}", std::process::id())));
        for (name, text) in files {
            let path = folder.0.join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        folder
    }

    fn load(&self) -> Result<Templates, TemplateError> {
        Templates::load(Some(&self.0))
    }

    fn refused(files: &[(&str, &str)]) -> TemplateError {
        Self::with(files).load().expect_err("refused")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn reset() -> TemporaryPassword<'static> {
    TemporaryPassword {
        supplier: "Harbour & Co",
        website: "https://shop.harbour.example",
        person: "<script>alert('x')</script>",
        retailer: "Barlow & \"Sons\"",
        password: "K7QM-2RXD-9TWP",
        valid_until: "Wednesday 25 November, 14:02 (CET)",
        valid_for: "48 hours",
        sign_in_url: "https://shop.harbour.example/sign-in",
        asked_by: AskedBy::Staff(Some("<b>Staff</b>")),
        not_me_url: "https://shop.harbour.example/not-me/1?a=b&c=d",
        username: None,
        stops_current: false,
        page_url: None,
        page_until: None,
        username_follows: false,
    }
}

#[test]
fn html_is_escaped_and_text_is_not() {
    let templates = Templates::load(None).expect("built-in templates");
    for language in Language::ALL {
        let mail = templates.render(Kind::Reset, language, &reset()).expect("a mail");
        assert!(!mail.html.contains("<script>") && !mail.html.contains("<b>"), "{}", *mail.html);
        assert!(mail.html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
        assert!(mail.html.contains("href=\"https://shop.harbour.example/not-me/1?a=b&amp;c=d\""));
        assert!(mail.text.contains("<script>alert('x')</script>"));
        assert!(mail.text.contains("https://shop.harbour.example/not-me/1?a=b&c=d\n"));
        assert!(mail.subject.ends_with("Barlow & \"Sons\""), "{}", mail.subject);
    }
}

#[test]
fn nothing_remote_is_in_any_mail() {
    for (name, source) in builtin::TEMPLATES {
        // The logo comes with the mail.
        let source = source.replace("<img src=\"cid:logo\"", "");
        for remote in ["<img", "src=", "@import", "url(", "<link", "<script"] {
            assert!(!source.contains(remote), "{name} holds {remote}");
        }
    }
}

#[test]
fn the_operators_file_stands_in_for_the_built_in_one() {
    let folder = Folder::with(&[
        ("en/reset/subject.txt", "Key for\n {{ retailer }}\n"),
        ("README.md", "not a template"),
        ("en/reset/body.txt.bak", "{{ broken"),
    ]);
    let templates = folder.load().expect("templates");
    let english = templates.render(Kind::Reset, Language::English, &reset()).expect("a mail");
    assert_eq!(english.subject, "Key for Barlow & \"Sons\"");
    let german = templates.render(Kind::Reset, Language::German, &reset()).expect("a mail");
    assert!(german.subject.starts_with("Ihr vorläufiges Passwort"));
    assert_eq!(format!("{templates:?}"), "Templates(1 of the operator's)");
}

#[test]
fn the_manuals_example_works() {
    let manual = include_str!("../../../docs/mails.md");
    let example =
        manual.split("### An example").nth(1).and_then(|rest| rest.split("```").nth(1)).expect("an example");
    let templates = Folder::with(&[("en/reset/body.txt", example)]).load().expect("templates");
    let mail = templates.render(Kind::Reset, Language::English, &reset()).expect("a mail");
    assert!(mail.text.contains("\n\nK7QM-2RXD-9TWP\n\n"), "{}", *mail.text);
}

#[test]
fn a_layout_of_the_operators_frames_every_mail() {
    let layout =
        "<html lang=\"{{ language }}\"><title>{{ subject }}</title>{% block body %}{% endblock %}</html>";
    let templates = Folder::with(&[("layout.html", layout)]).load().expect("templates");
    let mail = templates.render(Kind::Reset, Language::German, &reset()).expect("a mail");
    assert!(mail.html.starts_with("<html lang=\"de\"><title>Ihr vorl"), "{}", *mail.html);
}

#[test]
fn a_broken_file_is_named_with_its_line() {
    let error = Folder::refused(&[("en/reset/body.txt", "one\ntwo {{ password\nthree\n")]);
    assert!(error.file.ends_with("en/reset/body.txt") && error.line.is_some(), "{error}");
    assert!(error.to_string().contains("syntax error"), "{error}");

    let error = Folder::refused(&[(
        "de/usernames/body.html",
        "a\nb\n{% for e in entries %}{{ e.nickname }}{% endfor %}\n",
    )]);
    assert_eq!((error.line, error.problem.as_str()), (Some(3), "undefined value"), "{error}");

    let error = Folder::refused(&[("de/usernames/body.html", "a\n{{ entries | shuffle }}\n")]);
    assert_eq!(error.line, Some(2), "{error}");
    assert!(error.to_string().contains("shuffle"), "{error}");
}

#[test]
fn an_unknown_field_is_named_even_where_no_sample_goes() {
    let error = Folder::refused(&[(
        "en/password-changed/body.txt",
        "{{ person }}\n{% if false %}{{ pasword }}{% endif %}\n",
    )]);
    assert_eq!(error.line, Some(2), "{error}");
    assert!(
        error.problem.starts_with("there is no field pasword here; there are at, forgot_url, "),
        "{error}"
    );
}

#[test]
fn a_subject_sees_no_secret() {
    for field in ["password", "username", "not_me_url"] {
        let error = Folder::refused(&[("en/reset/subject.txt", &format!("Your key: {{{{ {field} }}}}"))]);
        assert!(error.problem.contains(&format!("there is no field {field} here")), "{error}");
    }
    let error = Folder::refused(&[("en/staff-reset/subject.txt", "{{ code }}")]);
    assert!(error.problem.contains("there is no field code here"), "{error}");
    assert_eq!(Folder::refused(&[("en/reset/subject.txt", " \n")]).problem, "the subject is empty");
}

#[test]
fn a_mail_without_its_purpose_is_refused() {
    let cases = [
        ("en/reset/body.txt", "{{ sign_in_url }}", "{{ password }} must stand alone on its line"),
        (
            "en/reset/body.txt",
            "Password: {{ password }}\n{{ sign_in_url }}\n",
            "{{ password }} must stand alone on its line",
        ),
        ("de/invitation/body.txt", "{{ password }}\n", "{{ sign_in_url }} is missing"),
        ("de/invitation/body.html", "{{ password }}\n", "{{ sign_in_url }} is missing"),
        ("de/invitation/body.html", "{{ sign_in_url }}\n", "{{ password }} is missing"),
        ("en/email-confirmation/body.txt", "Hello", "{{ confirm_url }} is missing"),
        ("en/staff-reset/body.txt", "{{ link }}", "{{ code }} must stand alone on its line"),
        ("en/usernames/body.txt", "Hello", "{{ username }} is missing"),
    ];
    for (file, text, problem) in cases {
        let error = Folder::refused(&[(file, text)]);
        assert_eq!((error.file.ends_with(file), error.problem.as_str()), (true, problem), "{error}");
    }
}

#[test]
fn a_misspelt_file_is_refused() {
    let error = Folder::refused(&[("en/rest/body.txt", "Hello")]);
    assert!(error.file.ends_with("en/rest/body.txt"), "{error}");
    assert!(Folder::with(&[]).load().is_err(), "a folder that is not there");
}

#[test]
fn an_unreadable_file_is_refused() {
    let folder = Folder::with(&[("en/reset/body.txt", "")]);
    fs::write(folder.0.join("en/reset/body.txt"), [0xff, 0xfe]).expect("a file");
    let error = folder.load().expect_err("refused");
    assert!(error.problem.starts_with("can't be read"), "{error}");
}

#[test]
fn an_error_never_tells_a_value() {
    #[derive(Serialize)]
    struct Half {
        password: &'static str,
        supplier: &'static str,
        retailer: &'static str,
    }
    let templates = Templates::load(None).expect("built-in templates");
    let half = Half { password: "K7QM-2RXD-9TWP", supplier: "Harbour", retailer: "Barlow" };
    let error = templates.render(Kind::Reset, Language::English, &half).expect_err("refused");
    assert_eq!(error.to_string(), "mail template en/reset/body.txt, line 1: undefined value");
    assert!(!format!("{error:?}").contains("K7QM"));

    let folder = Folder::with(&[(
        "en/reset/body.txt",
        "{{ password }}\n{{ sign_in_url }}{% if valid_for != '48 hours' %}{{ password + 1 }}{% endif %}",
    )]);
    let templates = folder.load().expect("templates");
    let other = TemporaryPassword { valid_for: "2 hours", ..reset() };
    let error = templates.render(Kind::Reset, Language::English, &other).expect_err("refused");
    assert_eq!((error.line, error.problem.as_str()), (Some(2), "invalid operation"));
}
