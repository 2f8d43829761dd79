//! What is told of scripts.

use super::*;

fn words(text: &str) -> Vec<Vec<String>> {
    commands(text).into_iter().map(|command| command.words).collect()
}

#[test]
fn words_lose_their_quotes() {
    assert_eq!(words("echo \"A=b c\" 'd e' f\\ g # no\nls"), [vec!["echo", "A=b c", "d e", "f g"], vec!["ls"]]);
    assert_eq!(
        words("echo A=${B} C=$(x 'y)' z) D=`e` $F")[0][1..],
        ["A=\u{fffc}", "C=\u{fffc}", "D=\u{fffc}", "\u{fffc}"]
    );
    assert_eq!(words("echo '{\"a\":1}' $5 5$"), [vec!["echo", "{\"a\":1}", "\u{fffc}", "5$"]]);
}

#[test]
fn redirections_and_pipes_are_kept() {
    let all =
        commands("echo a >> /x 2>&1; echo b 2>/dev/null | sudo tee -a /y > /dev/null & exec > >(tee /log|logger) 2>&1");
    assert_eq!(all[0].outputs, [Redirect { path: "/x".to_owned() }]);
    assert!(all[1].is_piped && all[2].is_background);
    assert_eq!(all[2].words, ["sudo", "tee", "-a", "/y"]);
    assert_eq!(all[3].words, ["exec"]);
}

#[test]
fn here_documents_have_their_text() {
    let all = commands("cat <<'EOF' >> /x\nA=$B\nEOF\ncat <<-E | tee /y\n\tC=$D \\$e\n\tE\nls");
    assert_eq!(all[0].input.as_deref(), Some("A=$B\n"));
    assert_eq!(all[1].input.as_deref(), Some("C=\u{fffc} $e\n"));
    assert_eq!(all.last().unwrap().words, ["ls"]);
}

#[test]
fn conditions_and_groups_are_told() {
    let all = commands(
        "if true; then\n echo a > /x\nfi\n{ echo b; echo c; } >> /y\n(sleep 5; echo d) &\nf() { echo e; }\nx && echo g || echo h\necho i",
    );
    let of = |word: &str| all.iter().find(|command| command.words.get(1).is_some_and(|own| own == word)).unwrap();
    assert!(of("a").is_conditional && of("e").is_conditional && of("g").is_conditional && of("h").is_conditional);
    assert!(!of("b").is_conditional && of("b").outputs == of("c").outputs && of("b").outputs.len() == 1);
    assert!(of("d").is_background && !of("i").is_conditional && of("g").is_forgiven);
}
