//! What stands in a report.

use std::time::Duration;

use time::OffsetDateTime;

use super::{Suite, Verdict, escaped, report};

/// A file that is run at 1,700,000,000 s of the Unix epoch.
fn suite(file: &str) -> Suite {
    let began = OffsetDateTime::from_unix_timestamp(1_700_000_000).expect("a moment");
    Suite::new(file, began, 7)
}

#[test]
fn a_report_has_a_case_for_each_step_and_sums_them_up() {
    let mut suite = suite("demo/a&b.hq");
    suite.add("line 1: spawn".into(), Duration::from_millis(1500), Verdict::Passed);
    let failed = Verdict::Failed("expectation".into(), "expected ready < 3".into(), "long\ntext".into());
    suite.add("line 2: expect ready < 3".into(), Duration::from_millis(2), failed);
    suite.add("line 3: delete".into(), Duration::ZERO, Verdict::LeftOut);
    suite.broke("stopped", "stopped by SIGINT");
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="demo/a&amp;b.hq" tests="4" failures="2" errors="0" skipped="1" time="1.502" timestamp="2023-11-14T22:13:20" hostname="localhost" package="hydraq" id="0">
    <properties>
      <property name="program" value="hydraq 0.1.0"/>
      <property name="seed" value="7"/>
    </properties>
    <testcase classname="demo/a&amp;b.hq" name="line 1: spawn" time="1.500"/>
    <testcase classname="demo/a&amp;b.hq" name="line 2: expect ready &lt; 3" time="0.002">
      <failure type="expectation" message="expected ready &lt; 3">long
text</failure>
    </testcase>
    <testcase classname="demo/a&amp;b.hq" name="line 3: delete" time="0.000"><skipped/></testcase>
    <testcase classname="demo/a&amp;b.hq" name="the run as a whole" time="0.000">
      <failure type="stopped" message="stopped by SIGINT">stopped by SIGINT</failure>
    </testcase>
    <system-out/>
    <system-err/>
  </testsuite>
</testsuites>
"#;
    assert_eq!(report(&[suite]), expected);
}

#[test]
fn what_xml_cannot_have_is_replaced() {
    assert_eq!(escaped("\u{1b}[1m <\"\r\n"), "\u{fffd}[1m &lt;&quot;\u{fffd}\n");
}

/// What a suite has: all that Ant demands, and nothing that Jenkins does not know.
const SUITE: [&str; 10] =
    ["name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "package", "id"];

/// The rules that the schemas of JUnit's report have in common (of Jenkins and of Ant): which element may stand in which, which
/// attributes it needs and may have, and that the sums are right.
fn is_a_junit_report(xml: &str) -> Result<(), String> {
    let document = roxmltree::Document::parse(xml).map_err(|error| error.to_string())?;
    let root = document.root_element();
    (root.tag_name().name() == "testsuites").then_some(()).ok_or("the root is no testsuites")?;
    for element in root.descendants().filter(roxmltree::Node::is_element) {
        let name = element.tag_name().name();
        let (parent, needed, other): (&str, &[&str], &[&str]) = match name {
            "testsuites" => ("", &[], &[]),
            "testsuite" => ("testsuites", &SUITE, &[]),
            "properties" | "system-out" | "system-err" => ("testsuite", &[], &[]),
            "property" => ("properties", &["name", "value"], &[]),
            "testcase" => ("testsuite", &["name", "classname", "time"], &[]),
            "failure" => ("testcase", &["type", "message"], &[]),
            "skipped" => ("testcase", &[], &["message"]),
            other => return Err(format!("{other} is no element of a report")),
        };
        let above = element.parent_element().map_or("", |parent| parent.tag_name().name());
        if above != parent {
            return Err(format!("{name} stands in {above}"));
        }
        for attribute in needed {
            element.attribute(*attribute).ok_or_else(|| format!("{name} has no {attribute}"))?;
        }
        let known = |attribute: &str| needed.contains(&attribute) || other.contains(&attribute);
        if let Some(strange) = element.attributes().find(|attribute| !known(attribute.name())) {
            return Err(format!("{name} has {}", strange.name()));
        }
        if let Some(time) = element.attribute("time") {
            time.parse::<f64>().ok().filter(|time| *time >= 0.0).ok_or(format!("{time} is no time"))?;
        }
        if name == "testcase" && element.children().filter(roxmltree::Node::is_element).count() > 1 {
            return Err("a testcase has two outcomes".into());
        }
        if name == "testsuite" {
            let count = |tag: &str| element.descendants().filter(|node| node.has_tag_name(tag)).count();
            for (attribute, tag) in [("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")] {
                if element.attribute(attribute) != Some(&count(tag).to_string()) {
                    return Err(format!("{attribute} is wrong"));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn reports_keep_the_rules_of_junit_whatever_stands_in_them() {
    assert_eq!(is_a_junit_report(&report(&[])), Ok(()));
    let mut suites = Vec::new();
    for text in ["plain", "a<b>&\"c\"'d'", "\u{1b}[1m\u{0}\n\t", "]]>", "ünï ✝ 🦀", "\u{ffff}"] {
        let mut suite = suite(text);
        suite.add(text.into(), Duration::from_micros(1_234_567), Verdict::Passed);
        suite.add(text.into(), Duration::ZERO, Verdict::Failed(text.into(), text.into(), text.into()));
        suite.add(text.into(), Duration::ZERO, Verdict::LeftOut);
        suite.broke(text, text);
        suites.push(suite);
    }
    assert_eq!(is_a_junit_report(&report(&suites)), Ok(()));
    // The judge can say no.
    assert!(is_a_junit_report("<testsuites><testsuite name=\"a\"/></testsuites>").is_err());
}
