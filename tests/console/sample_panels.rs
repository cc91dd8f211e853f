//! Two panels for tests: a plot of both series, and one with every widget.

use egui::Ui;
use marsdeck::plot::{Curve, LimitLine, Mark, PlotState, PlotView, Row, TimeSpan};
use marsdeck::view::{CurveParts, Panel, ViewContext, ask_curve};
use marsdeck::widget::{
    EmptyState, SeverityBadge, Sparkline, TimeField, ValueCell, card, loading_mark, replay_badge,
    simulated_badge,
};
use marsdeck_engine::mission::Severity;
use marsdeck_engine::query::LatestValue;

/// A panel that shows both series of the fake engine in a plot.
#[derive(Default)]
pub(crate) struct TestPlot {
    state: PlotState,
}

impl Panel for TestPlot {
    fn title(&self) -> &'static str {
        "Plots"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let columns = PlotView::columns(ui);
        let series = &cx.snapshot.series;
        let answers: Vec<_> = series
            .iter()
            .map(|series| ask_curve(cx.queries, ui.scope_id(), series, cx.time.range, columns))
            .collect();
        let rows: Vec<Row<'_>> = series
            .iter()
            .zip(&answers)
            .enumerate()
            .map(|(i, (series, answer))| Row {
                name: series.key.name.clone(),
                curves: vec![Curve {
                    simulated: series.key.is_simulated(),
                    loading: answer.loading,
                    ..Curve::new(
                        &series.key.name,
                        &series.unit,
                        cx.theme.curve(i),
                        answer.parts().into(),
                    )
                }],
                limits: if i == 0 {
                    vec![LimitLine {
                        holds: marsdeck_engine::time::TimeRange::ALL,
                        value: 742.0,
                        colour: cx.theme.severity(Severity::Warning),
                        label: "caution high 742".to_owned(),
                    }]
                } else {
                    Vec::new()
                },
                ..Row::default()
            })
            .collect();
        let nights = cx.nights.get(cx.clocks, cx.mission(), cx.time.range);
        let marks: Vec<Mark> = cx
            .snapshot
            .events
            .iter()
            .map(|event| Mark {
                time: event.time,
                label: event.name.clone(),
                colour: cx.theme.accent,
                strong: event.id == cx.selection.event,
            })
            .collect();
        let spans: Vec<TimeSpan> = cx
            .snapshot
            .events
            .iter()
            .filter_map(|event| {
                event.span.map(|range| TimeSpan {
                    range,
                    colour: cx.theme.accent,
                    label: String::new(),
                })
            })
            .collect();
        let view = PlotView {
            label: "Test plot",
            cursor: Some(cx.time.cursor),
            nights: &nights,
            marks: &marks,
            spans: &spans,
            ..PlotView::new(ui.scope_id(), cx.theme, cx.time.range, cx.tick_labels(), &rows)
        };
        view.show(ui, &mut self.state).send(cx.intents);
    }
}

/// A panel with every widget.
#[derive(Default)]
pub(crate) struct Gallery {
    typed: String,
}

impl Panel for Gallery {
    fn title(&self) -> &'static str {
        "Watch"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &ViewContext<'_>) {
        let theme = cx.theme;
        ui.horizontal_wrapped(|ui| {
            for severity in [
                Severity::Off,
                Severity::Standby,
                Severity::Normal,
                Severity::Warning,
                Severity::Distress,
                Severity::Critical,
            ] {
                ui.add(SeverityBadge::new(theme, severity));
                ui.add(SeverityBadge::new(theme, severity).word("SCIENCE"));
            }
            simulated_badge(ui, theme);
            replay_badge(ui, theme);
            loading_mark(ui, theme);
        });
        let missions = &cx.snapshot.missions.missions;
        let parameters = missions.iter().flat_map(|m| &m.instruments).flat_map(|i| &i.parameters);
        let now = cx.time.cursor;
        for parameter in parameters {
            card(ui, theme, None, |ui| {
                ui.horizontal(|ui| {
                    let fresh = LatestValue { time: now.plus_s(-2.0), value: 731.254 };
                    let old = LatestValue { time: now.plus_s(-7200.0), value: 1.25e-9 };
                    let title = parameter.title.as_str();
                    let cell = |latest| {
                        ValueCell::new(theme, title, latest, now).parameter(Some(parameter))
                    };
                    ui.label(title);
                    ui.add(cell(Some(fresh)).size(20.0));
                    ui.add(cell(Some(fresh)).severity(Severity::Critical));
                    ui.add(cell(Some(old)));
                    ui.add(cell(None));
                });
                let series = cx.snapshot.series.iter().find(|s| s.key.name == parameter.name);
                if let Some(series) = series {
                    let answer = ask_curve(cx.queries, ui.scope_id(), series, cx.time.range, 120);
                    if let CurveParts::Buckets(_, buckets, _) = answer.parts() {
                        ui.add(Sparkline::new(theme, buckets, &parameter.title));
                    }
                }
            });
        }
        let parse = |text: &str| cx.clocks.parse(cx.mission(), text);
        "Sol 235 25:00".clone_into(&mut self.typed);
        TimeField::new(theme, "A wrong time").show(ui, &mut self.typed, &parse);
        let sentence = "Ingest a QuakeML file, or fetch the catalogue from IPGP.";
        EmptyState::new("No events yet", sentence).button("Ingest…").show(ui, theme);
    }
}
