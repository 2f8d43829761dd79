//! Questions that could not be answered, grouped by what would answer them.

use super::finding;
use crate::page::{FAINT, PLAIN, Page};
use crate::text;
use checks::diagnosis::is_action;
use checks::finding::{Finding, Severity};
use std::collections::BTreeMap;

/// Where something shows that no API shows: the words of the diagnosis, and the heading here.
const PLACES: &[(&str, &str)] = &[
    ("inside the instance", "shows only inside the instance, run there:"),
    ("on the machine that opens the session", "shows only on the machine that opens the session, run there:"),
];
/// Commands up to this many columns have what to look for on the same line.
const COMMAND: usize = 36;

/// A command to run somewhere, with what to look for.
struct Look<'a> {
    place: usize,
    command: &'a str,
    signs: Vec<String>,
}

/// Writes the open questions of a subject: missing permissions first, since they are the quickest to mend.
pub(crate) fn write(page: &mut Page, open: &[&Finding], is_verbose: bool) {
    let lead = format!("{}  ", Severity::CannotTell.word().replace('-', " ").to_uppercase());
    page.flow(
        &lead,
        finding::paint(Severity::CannotTell),
        2,
        &format!("{} could not be judged", text::counted(open.len(), "check")),
    );
    let mut actions: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let mut looks: Vec<Look<'_>> = Vec::new();
    let mut others: Vec<&Finding> = Vec::new();
    for question in open {
        let mut is_grouped = false;
        for missing in &question.missing {
            if is_action(missing) {
                actions.entry(missing).or_default().push(question);
                is_grouped = true;
            } else if let Some((place, command)) = whereabouts(missing) {
                look(&mut looks, place, command, question, is_verbose);
                is_grouped = true;
            }
        }
        if !is_grouped {
            others.push(question);
        }
    }
    for (action, questions) in &actions {
        permission(page, action, questions, is_verbose);
    }
    for question in others {
        reason(page, question);
    }
    for (place, (_, heading)) in PLACES.iter().enumerate() {
        let here: Vec<&Look<'_>> = looks.iter().filter(|look| look.place == place).collect();
        if !here.is_empty() {
            page.gap();
            page.flow("  ", PLAIN, 2, heading);
            commands(page, &here);
        }
    }
}

/// The place and the command of a fact such as "what `uptime` prints inside the instance".
fn whereabouts(missing: &str) -> Option<(usize, &str)> {
    let rest = missing.strip_prefix("what `")?;
    PLACES.iter().enumerate().find_map(|(place, (words, _))| {
        let command = rest.strip_suffix(words)?.strip_suffix("` prints ")?;
        Some((place, command))
    })
}

/// Adds what a question looks for to the line of its command; with the rule that asks when `is_verbose`.
fn look<'a>(looks: &mut Vec<Look<'a>>, place: usize, command: &'a str, question: &'a Finding, is_verbose: bool) {
    let words = PLACES.get(place).map_or("", |(words, _)| words);
    let preamble = format!("it shows only {words}: run `{command}` {words}: ");
    let sign = question.detail.strip_prefix(&preamble).unwrap_or(&question.detail);
    let sign = if is_verbose { format!("{sign} ({})", question.rule) } else { sign.to_owned() };
    match looks.iter_mut().find(|look| look.place == place && look.command == command) {
        Some(known) => known.signs.push(sign),
        None => looks.push(Look { place, command, signs: vec![sign] }),
    }
}

/// A missing permission with the rules that want it; with the reason when it is one and the same, or for each when `is_verbose`.
fn permission(page: &mut Page, action: &str, questions: &[&Finding], is_verbose: bool) {
    let rules: Vec<String> = questions
        .iter()
        .enumerate()
        .map(|(at, question)| {
            format!("{}{}", question.rule, if at.saturating_add(1) < questions.len() { "," } else { "" })
        })
        .collect();
    page.units(&format!("  needs {action}: "), PLAIN, 4, rules.iter().map(String::as_str));
    if is_verbose {
        for question in questions {
            page.flow("    ", PLAIN, 6, &format!("{}: {}", question.rule, question.detail));
        }
    } else if let Some(first) = questions.first()
        && questions.iter().all(|question| question.detail == first.detail)
    {
        page.flow("    ", FAINT, 4, &first.detail);
    }
}

/// A question that neither a permission nor a command answers.
fn reason(page: &mut Page, question: &Finding) {
    page.flow("  ", PLAIN, 4, &format!("{}: {}", question.rule, question.detail));
}

/// Commands to paste, with what to look for as a comment beside or below.
fn commands(page: &mut Page, looks: &[&Look<'_>]) {
    let widths = looks.iter().map(|look| text::width(look.command)).filter(|width| *width <= COMMAND);
    let column = widths.max().unwrap_or(0).max(2);
    for look in looks {
        page.remark(look.command, column, &look.signs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Style, sample};
    use checks::diagnosis::{Works, diagnose};
    use checks::finding::{Judgement, Place};
    use checks::fix::FixClass;
    use checks::rule::{About, Affects, Rule, Symptom};
    use checks::snapshot::Gap;

    struct Any;

    /// What the rules say, in their order.
    struct Answers(Vec<Judgement>);

    impl Symptom for Any {
        type Case<'a> = Answers;
    }

    static RULES: [Rule<Any>; 4] =
        [rule("any/first", first), rule("any/second", second), rule("any/third", third), rule("any/fourth", fourth)];

    const fn rule(id: &'static str, judge: for<'a> fn(&Answers) -> Result<Judgement, Gap>) -> Rule<Any> {
        let about = About {
            id,
            severity: Severity::Blocker,
            affects: Affects::Registration,
            fix: FixClass::None,
            title: "",
            needs: &[],
            page: &[],
            module: "rules::host::any",
            layer: "host",
            sight: checks::rule::Sight::Outside,
        };
        Rule { about, judge }
    }

    fn nth(case: &Answers, at: usize) -> Result<Judgement, Gap> {
        Ok(case.0.get(at).cloned().unwrap_or_else(|| Judgement::pass("nothing asked")))
    }

    fn first(case: &Answers) -> Result<Judgement, Gap> {
        nth(case, 0)
    }

    fn second(case: &Answers) -> Result<Judgement, Gap> {
        nth(case, 1)
    }

    fn third(case: &Answers) -> Result<Judgement, Gap> {
        nth(case, 2)
    }

    fn fourth(case: &Answers) -> Result<Judgement, Gap> {
        nth(case, 3)
    }

    /// What is written of judgements that went through the diagnosis, so that its words and the words here stay the same.
    fn written(case: &Answers, is_verbose: bool) -> Vec<String> {
        let rules: Vec<&'static Rule<Any>> = RULES.iter().collect();
        let diagnosis =
            diagnose(&rules, case, sample::subject("i-1", None), &Works::No("it does not answer".to_owned()));
        let open: Vec<&Finding> =
            diagnosis.findings.iter().filter(|finding| finding.severity == Severity::CannotTell).collect();
        let mut page = Page::new(Style { colour: false, width: 80, verbose: is_verbose });
        write(&mut page, &open, is_verbose);
        page.finish().lines().map(str::to_owned).collect()
    }

    fn elsewhere(place: Place, command: &str, look_for: &str) -> Judgement {
        Judgement::Elsewhere { place, command: command.to_owned().into(), look_for: look_for.to_owned().into() }
    }

    #[test]
    fn commands_are_grouped_by_place_and_asked_once() {
        let case = Answers(vec![
            elsewhere(Place::Instance, "echo `date`", "a date"),
            elsewhere(Place::Client, "aws --version", "a version below 1.16.12"),
            elsewhere(Place::Instance, "echo `date`", "a date in the past"),
        ]);
        assert_eq!(
            written(&case, false),
            [
                "CANNOT TELL  3 checks could not be judged",
                "",
                "  shows only inside the instance, run there:",
                "  echo `date`  # a date",
                "               # a date in the past",
                "",
                "  shows only on the machine that opens the session, run there:",
                "  aws --version  # a version below 1.16.12",
            ]
        );
        assert!(written(&case, true).contains(&"  echo `date`  # a date (any/first)".to_owned()));
    }

    #[test]
    fn rules_are_grouped_by_the_permission_that_they_miss() {
        let gap = |action: &str, code: &str| Gap::Denied { action: action.to_owned(), code: code.to_owned() };
        let role = gap("iam:GetRole", "AccessDenied");
        let subnets = gap("ec2:DescribeSubnets", "UnauthorizedOperation");
        let case = Answers(vec![
            Judgement::from(role.clone()),
            Judgement::cannot_tell("two reads are missing", vec![subnets, role]),
            Judgement::from(Gap::opaque("what is behind `tgw-1`")),
        ]);
        assert_eq!(
            written(&case, false),
            [
                "CANNOT TELL  3 checks could not be judged",
                "  needs ec2:DescribeSubnets: any/second",
                "    two reads are missing",
                "  needs iam:GetRole: any/first, any/second",
                "  any/third: what is behind `tgw-1` cannot be seen from here",
            ]
        );
    }

    #[test]
    fn one_question_is_singular() {
        let case = Answers(vec![Judgement::from(Gap::NotAsked { action: "iam:GetRole".to_owned() })]);
        let expected = ["CANNOT TELL  1 check could not be judged", "  needs iam:GetRole: any/first"];
        assert_eq!(written(&case, false)[..2], expected);
    }
}
