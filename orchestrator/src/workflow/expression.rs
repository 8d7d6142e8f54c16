//! Expressions and templates: `${{ … }}` by minijinja, strict, with fuel, without clock or I/O.
//!
//! Both are compiled once and evaluated over names that the caller gives. A value is rendered once: a
//! result that looks like an expression stays a string.
//!
//! A name or member that is missing is an error, with one way around it: a path right before
//! `| default(…)` or `is defined` may be missing at any of its parts. `steps.crm.output.id |
//! default(none)` works when step `crm` has no output; `steps.crm.output.id` alone says that it is missing.

mod area;
mod engine;
mod error;
mod reference;
mod scan;
mod value;

use std::fmt;
use std::sync::Arc;

use minijinja::Environment;
use serde_json::Value;

use engine::Names;
use scan::Scan;

use crate::source::Span;

pub(crate) use area::whole_expression;
pub use error::ExpressionError;
pub(crate) use reference::{Reference, Use};

/// One `${{ … }}` that stands alone and keeps its JSON type.
///
/// Two expressions are equal when their sources are, wherever they are written.
#[derive(Clone)]
pub struct Expression {
    compiled: Arc<CompiledExpression>,
    span: Span,
}

/// A string with `${{ … }}` or `{% … %}` inside; it renders to a string.
#[derive(Clone)]
pub struct Template(Arc<CompiledTemplate>);

struct CompiledExpression {
    source: String,
    names: Names,
    program: minijinja::Expression<'static, 'static>,
}

struct CompiledTemplate {
    source: String,
    names: Names,
    /// Holds the one template, under [`engine::TEMPLATE_NAME`].
    environment: Environment<'static>,
}

impl Expression {
    /// Reads what stands between `${{` and `}}`.
    ///
    /// # Errors
    ///
    /// When the string is not an expression.
    pub fn parse(source: &str) -> Result<Self, ExpressionError> {
        let source = source.trim();
        let scan = Scan::of_expression(source);
        scan.check()?;
        let (program, names) = engine::compile_expression(source, &scan)?;
        let compiled = Arc::new(CompiledExpression { source: source.to_owned(), names, program });
        Ok(Self { compiled, span: Span::default() })
    }

    /// The same expression, written at `span`.
    #[must_use]
    pub(crate) fn at(self, span: Span) -> Self {
        Self { span, ..self }
    }

    /// Where it is written: the scalar that holds it.
    #[must_use]
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// The source of the expression, without blanks around it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.compiled.source
    }

    /// The dotted paths that the expression reads, such as `steps.issue.output.number`, sorted.
    #[must_use]
    pub fn references(&self) -> Vec<String> {
        self.compiled.names.paths()
    }

    pub(crate) fn uses(&self) -> &[Use] {
        self.compiled.names.uses()
    }

    /// Evaluates over `names`, an object with `inputs`, `steps`, `run` and the like.
    ///
    /// # Errors
    ///
    /// When a name or member is missing, types do not fit, or the fuel is spent.
    pub fn evaluate(&self, names: &Value) -> Result<Value, ExpressionError> {
        let context = self.compiled.names.context(names);
        let result =
            self.compiled.program.eval(context).map_err(|error| {
                self.compiled.names.failure(&error, &self.compiled.source, names)
            })?;
        if result.is_undefined() {
            let whole = 0..self.compiled.source.len();
            return Err(error::missing(&self.compiled.source, names, Some(whole)));
        }
        value::to_json(&result)
    }
}

impl Template {
    /// Reads a string with expressions or blocks in it.
    ///
    /// # Errors
    ///
    /// When one of them cannot be read.
    pub fn parse(source: &str) -> Result<Self, ExpressionError> {
        let scan = Scan::of_template(source);
        scan.check()?;
        let (environment, names) = engine::compile_template(source, &scan)?;
        Ok(Self(Arc::new(CompiledTemplate { source: source.to_owned(), names, environment })))
    }

    /// Whether a string is a template: it has `${{` or `{%` in it.
    #[must_use]
    pub fn is_template(text: &str) -> bool {
        text.contains(area::EXPRESSION_START) || text.contains(area::BLOCK_START)
    }

    /// The source of the template.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The dotted paths that the template reads, sorted.
    #[must_use]
    pub fn references(&self) -> Vec<String> {
        self.0.names.paths()
    }

    pub(crate) fn uses(&self) -> &[Use] {
        self.0.names.uses()
    }

    /// Renders over `names`, an object with `inputs`, `steps`, `run` and the like.
    ///
    /// # Errors
    ///
    /// When a name or member is missing, types do not fit, or the fuel is spent.
    pub fn render(&self, names: &Value) -> Result<String, ExpressionError> {
        let context = self.0.names.context(names);
        self.0
            .environment
            .get_template(engine::TEMPLATE_NAME)
            .and_then(|template| template.render(context))
            .map_err(|error| self.0.names.failure(&error, &self.0.source, names))
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.compiled.source).finish()
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.0.source).finish()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.compiled.source == other.compiled.source
    }
}

impl Eq for Expression {}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl Eq for Template {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const _: () = {
        const fn shared<T: Send + Sync>() {}
        shared::<Expression>();
        shared::<Template>();
    };

    fn names() -> Value {
        json!({
            "inputs": { "who": "Kim", "n": 3, "list": [{"a": 1}, {"a": 2}], "odd": "${{ inputs.n }}" },
            "steps": {
                "issue": { "status": "succeeded", "output": { "html_url": "u", "number": 7 } },
                "crm": { "status": "tolerated", "error": { "message": "no" } },
            },
            "run": { "id": "r1" },
        })
    }

    #[track_caller]
    fn evaluated(source: &str) -> Value {
        Expression::parse(source).unwrap().evaluate(&names()).unwrap()
    }

    #[test]
    fn a_slice_reads_what_it_cuts() {
        let cut =
            Expression::parse("steps.issue.output.html_url[0:1] ~ inputs.list[1:][0].a").unwrap();
        let looped = Template::parse(
            "{% for x in inputs.list %}${{ x.a }}{% endfor %}${{ steps.issue.output.html_url[:1] }}",
        )
        .unwrap();

        assert_eq!(cut.references(), ["inputs.list", "steps.issue.output.html_url"]);
        assert_eq!(cut.evaluate(&names()).unwrap(), json!("u2"));
        assert_eq!(looped.references(), ["inputs.list", "steps.issue.output.html_url"]);
        assert_eq!(looped.render(&names()).unwrap(), "12u");
    }

    #[test]
    fn a_list_after_an_operator_is_no_slice() {
        let expression = Expression::parse("inputs.who in['Kim'] and not[] ").unwrap();

        assert_eq!(expression.references(), ["inputs.who"]);
    }

    #[track_caller]
    fn rendered(source: &str) -> String {
        Template::parse(source).unwrap().render(&names()).unwrap()
    }

    /// The error of parsing or evaluating, with the part of the source that it is about.
    #[track_caller]
    fn error(source: &str) -> String {
        let result = Expression::parse(source).and_then(|expression| expression.evaluate(&names()));
        let error = result.unwrap_err();
        let part = error.range.and_then(|range| source.get(range)).unwrap_or("-");
        format!("{} [{part}]", error.message)
    }

    #[test]
    fn types_are_kept() {
        for (source, expected) in [
            ("steps.issue.output.number", json!(7)),
            ("steps.issue.output", json!({"html_url": "u", "number": 7})),
            ("inputs.list", json!([{"a": 1}, {"a": 2}])),
            ("inputs.n + 1", json!(4)),
            ("inputs.n > 2 and inputs.who == 'Kim'", json!(true)),
            ("none", json!(null)),
            ("inputs.odd", json!("${{ inputs.n }}")),
            ("inputs.list | map(attribute='a') | list", json!([1, 2])),
            ("inputs.list | selectattr('a', 'eq', 2) | first", json!({"a": 2})),
            ("inputs.list | map(attribute='a') | sum", json!(3)),
            ("{'a': inputs.n, 'b': [1.5, none]}", json!({"a": 3, "b": [1.5, null]})),
            ("'a,b' | split(',')", json!(["a", "b"])),
            ("inputs.who | upper", json!("KIM")),
            ("inputs.list | length", json!(2)),
            ("steps['issue'].output.number", json!(7)),
            ("range(3)", json!([0, 1, 2])),
        ] {
            assert_eq!(evaluated(source), expected, "{source}");
        }
    }

    #[test]
    fn absent_path_before_default_is_replaced() {
        for (source, expected) in [
            ("steps.crm.output.id | default(none)", json!(null)),
            ("steps.crm.output.items[0].id|default('x') ~ '!'", json!("x!")),
            ("steps.issue.output.number | default(1)", json!(7)),
            ("steps.crm.output.id is defined", json!(false)),
            ("steps.crm.output.id is not defined", json!(true)),
            ("steps.none_such.output.id | d(1)", json!(1)),
            ("'steps.crm.output.id | default(1)'", json!("steps.crm.output.id | default(1)")),
        ] {
            assert_eq!(evaluated(source), expected, "{source}");
        }
    }

    #[test]
    fn errors_say_what_is_missing_and_where() {
        let lines: Vec<String> = [
            "steps.crm.output.id",
            "steps.crm.output",
            "1 + steps.issue.output.htlm_url",
            "inputs.whom == 'x'",
            "not steps.crm.output",
            "nothing",
            "inputs.n | uper",
            "inputs.n is evn",
            "inputs.n +",
            "inputs.n + 'x'",
            "[inputs.zzz]",
            "inputs.list | join(steps.crm.output.id)",
            "10 ** 400",
            "1e300 * 1e300",
            "'x' * 100000000000",
            "debug()",
            "",
        ]
        .iter()
        .map(|source| format!("{source:24} -> {}", error(source)))
        .collect();

        insta::assert_snapshot!(lines.join("\n"), @r#"
        steps.crm.output.id      -> `steps.crm` has no output (it is tolerated); write `steps.crm.output.id | default(…)` to go on without it [steps.crm.output.id]
        steps.crm.output         -> `steps.crm` has no output (it is tolerated); write `steps.crm.output | default(…)` to go on without it [steps.crm.output]
        1 + steps.issue.output.htlm_url -> `steps.issue.output` has no `htlm_url` (did you mean `html_url`?) [steps.issue.output.htlm_url]
        inputs.whom == 'x'       -> `inputs` has no `whom` (did you mean `who`?) [inputs.whom]
        not steps.crm.output     -> `steps.crm` has no output (it is tolerated); write `steps.crm.output | default(…)` to go on without it [steps.crm.output]
        nothing                  -> `nothing` is unknown [nothing]
        inputs.n | uper          -> filter `uper` is unknown (did you mean `upper`?) [uper]
        inputs.n is evn          -> test `evn` is unknown (did you mean `even`?) [evn]
        inputs.n +               -> unexpected end of input, expected expression [+]
        inputs.n + 'x'           -> tried to use + operator on unsupported types number and string [inputs.n + 'x']
        [inputs.zzz]             -> a value inside the result is missing [-]
        inputs.list | join(steps.crm.output.id) -> `steps.crm` has no output (it is tolerated); write `steps.crm.output.id | default(…)` to go on without it [steps.crm.output.id]
        10 ** 400                -> unable to calculate 10 ** 400 [10 ** 400]
        1e300 * 1e300            -> the number is not finite [-]
        'x' * 100000000000       -> it takes more work than an expression may ['x' * 100000000000]
        debug()                  -> debug is unknown [debug()]
                                 -> unexpected end of input, expected expression []
        "#);
    }

    #[test]
    fn template_renders_to_text() {
        assert_eq!(rendered("#${{ inputs.n }}: ${{ steps.issue.output.html_url }}\n"), "#3: u\n");
        assert_eq!(rendered("{% for x in inputs.list %}- ${{ x.a }}\n{% endfor %}"), "- 1\n- 2\n");
        assert_eq!(rendered("<${{ inputs.odd }}> ${{ '<b>' }}"), "<${{ inputs.n }}> <b>");
        assert_eq!(rendered("${{ steps.crm.output.id | default('-') }}!"), "-!");
        assert_eq!(
            rendered("{% raw %}${{ steps.a.b | default(1) }}{% endraw %}"),
            "${{ steps.a.b | default(1) }}"
        );
        assert_eq!(
            rendered("steps.a.b | default(1) {# it's ${{ #}${{ 1 }}"),
            "steps.a.b | default(1) 1"
        );
    }

    #[test]
    fn blocks_that_hide_references_are_refused() {
        let error = Template::parse("a {% filter upper %}x{% endfilter %}").unwrap_err();

        assert_eq!(
            error.message,
            "block `filter` is not supported (known: `if`, `for`, `set`, `with`, `raw`)"
        );
        assert_eq!(error.range, Some(5..11));
    }

    #[test]
    fn references_are_dotted_paths_without_local_names() {
        let template = Template::parse(
            "{% for p in steps.prs.output.prs %}${{ p.title }}{% endfor %}${{ inputs.a or run.id }}${{ range(2) }}",
        )
        .unwrap();

        assert_eq!(template.references(), ["inputs.a", "run.id", "steps.prs.output.prs"]);
    }

    #[test]
    fn reference_is_guarded_only_when_all_its_uses_are() {
        let both = Expression::parse("steps.a.output.x | default(1) + steps.a.output.x").unwrap();
        let one = Expression::parse("steps.a.output.x | default(1)").unwrap();

        assert!(!both.uses()[0].is_guarded);
        assert_eq!(both.uses()[0].start, Some(32));
        assert!(one.uses()[0].is_guarded);
    }

    #[test]
    fn endless_work_is_stopped() {
        let text = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";

        let error = Template::parse(text).unwrap().render(&names()).unwrap_err();

        assert_eq!(error.message, "it takes more work than an expression may");
    }

    #[test]
    fn deep_and_long_code_is_read_or_refused() {
        let long = scan::PARTS_MAX;
        let sources = [
            "(".repeat(long),
            format!("{}1{}", "(".repeat(140), ")".repeat(140)),
            "-".repeat(long - 1) + "1",
            format!("1{}", "+1".repeat(long / 2 - 1)),
            format!("1{}", "|d".repeat(long / 2 - 1)),
            format!("a{}", ".b".repeat(long - 2)),
            format!("1{}", " if 1 else 1".repeat(long / 4 - 1)),
            "[".repeat(long),
            format!("1{}", " and 1".repeat(long / 2 - 1)),
            format!("not {}1", "not ".repeat(long - 2)),
        ];
        for source in sources {
            if let Ok(expression) = Expression::parse(&source) {
                let _result = expression.evaluate(&names());
            }
        }
        let blocks = scan::BLOCKS_MAX;
        for text in [
            format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(blocks - 2)),
            format!("{}{}", "{% if 1 %}".repeat(blocks / 2), "{% endif %}".repeat(blocks / 2)),
        ] {
            if let Ok(template) = Template::parse(&text) {
                let _result = template.render(&names());
            }
        }
        let error = Expression::parse(&format!("1{}", "+1".repeat(long))).unwrap_err();
        assert!(error.message.contains("too many parts"), "{error}");
        let error = Template::parse(&"{% set a = 1 %}".repeat(blocks + 1)).unwrap_err();
        assert_eq!(error.message, "the text has more than 200 blocks");
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(".{0,6}", inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_passes_unchanged(value in json_value()) {
            let names = json!({ "inputs": { "x": value } });

            let result = Expression::parse("inputs.x").unwrap().evaluate(&names).unwrap();

            prop_assert_eq!(&result, &names["inputs"]["x"]);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}", inner in "[ a-z.|'\"{}()\\[\\]%#$0-9]{0,30}") {
            let names = names();
            for source in [text.clone(), inner.clone(), format!("x ${{{{ {inner} }}}} {{% {inner} %}}")] {
                if let Ok(expression) = Expression::parse(&source) {
                    let _result = expression.evaluate(&names);
                }
                if let Ok(template) = Template::parse(&source) {
                    let _result = template.render(&names);
                }
            }
        }
    }
}
