//! What stands in a report.

use std::time::Duration;

use super::{Suite, Verdict, escaped, report};

#[test]
fn a_report_has_a_case_for_each_step_and_sums_them_up() {
    let mut suite = Suite::new("demo/a&b.hq");
    suite.add("line 1: spawn".into(), Duration::from_millis(1500), Verdict::Passed);
    let failed = Verdict::Failed("expectation".into(), "expected ready < 3".into(), "long\ntext".into());
    suite.add("line 2: expect ready < 3".into(), Duration::from_millis(2), failed);
    suite.add("line 3: delete".into(), Duration::ZERO, Verdict::LeftOut);
    suite.broke("stopped by SIGINT");
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="hydraq">
  <testsuite name="demo/a&amp;b.hq" tests="4" failures="2" errors="0" skipped="1" time="1.502">
    <testcase classname="demo/a&amp;b.hq" name="line 1: spawn" time="1.500"/>
    <testcase classname="demo/a&amp;b.hq" name="line 2: expect ready &lt; 3" time="0.002">
      <failure type="expectation" message="expected ready &lt; 3">long
text</failure>
    </testcase>
    <testcase classname="demo/a&amp;b.hq" name="line 3: delete" time="0.000"><skipped/></testcase>
    <testcase classname="demo/a&amp;b.hq" name="the run as a whole" time="0.000">
      <failure type="cluster" message="stopped by SIGINT">stopped by SIGINT</failure>
    </testcase>
  </testsuite>
</testsuites>
"#;
    assert_eq!(report(&[suite]), expected);
}

#[test]
fn what_xml_cannot_have_is_replaced() {
    assert_eq!(escaped("\u{1b}[1m <\"\r\n"), "\u{fffd}[1m &lt;&quot;\u{fffd}\n");
}
