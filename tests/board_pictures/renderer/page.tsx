// A board as a page: each panel where it stands, and above it what a reader of Grafana sees there.
import { Component, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  createTheme,
  dateTime,
  EventBusSrv,
  FieldConfigOptionsRegistry,
  standardTransformers,
  standardTransformersRegistry,
  ThemeContext,
  transformDataFrame,
} from '@grafana/data';
import { GlobalStyles, PanelChrome, PanelContextProvider } from '@grafana/ui';
import { firstValueFrom } from 'rxjs';

import { Visualization } from './panels';
import { ask, type Range } from './queries';

const UNIT = 38;
const GAP = 8;
const HEAD = 56;
const COLUMNS = 24;
const POINT = 4;
const given = new URLSearchParams(location.search);
const width = Number(given.get('width'));
const theme = createTheme({ colors: { mode: 'dark' } });
const same = (value: any) => value;
const LINE = {
  lineInterpolation: 'linear', gradientMode: 'none', insertNulls: false, pointSize: 5, axisPlacement: 'auto', axisLabel: '',
  axisColorMode: 'text', axisBorderShow: false, axisCenteredZero: false, scaleDistribution: { type: 'linear' },
  stacking: { mode: 'none', group: 'A' }, hideFrom: { tooltip: false, viz: false, legend: false },
};
const OWN = ['width', 'align', 'cellOptions', 'fillOpacity', 'lineWidth', 'lineStyle', 'axisPlacement', 'drawStyle', 'stacking'];
const COMMON = [
  'unit', 'decimals', 'min', 'max', 'displayName', 'noValue', 'color', 'thresholds', 'mappings', 'links', 'fieldMinMax',
];

function property(id: string, isCustom: boolean): any {
  const path = isCustom ? id.slice('custom.'.length) : id;
  return { id, path, isCustom, name: id, editor: () => null, override: () => null, process: same, shouldApply: () => true, settings: {} };
}

const registry = new FieldConfigOptionsRegistry(() => [
  ...COMMON.map((id) => property(id, false)),
  ...OWN.map((id) => property(`custom.${id}`, true)),
]);
standardTransformersRegistry.setInit(() =>
  Object.values(standardTransformers)
    .filter((one: any, place, all: any[]) => all.findIndex((other) => other.id === one.id) === place)
    .map((one: any) => ({ id: one.id, name: one.name, transformation: async () => one, editor: () => null }) as any)
);

// Grafana reads the first step's null as minus infinity.
function opened(thresholds: any): void {
  for (const step of thresholds?.steps ?? []) {
    step.value ??= -Infinity;
  }
}

function prepared(panel: any): any {
  const { defaults, overrides } = panel.fieldConfig;
  opened(defaults.thresholds);
  overrides.flatMap((one: any) => one.properties).filter((one: any) => one.id === 'thresholds').forEach((one: any) => opened(one.value));
  if (panel.type === 'timeseries') {
    defaults.custom = { ...LINE, ...defaults.custom };
  }
  return panel;
}

function stepOf(panel: any, range: Range): number {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(panel.interval ?? '15s')!;
  const least = Number(number) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit as 's']! * 1000;
  const points = ((panel.gridPos.w * width) / COLUMNS / POINT) * 2;
  return Math.max(least, Math.ceil((range.to - range.from) / points / 15_000) * 15_000);
}

async function answered(board: any, panel: any, range: Range): Promise<any> {
  if (panel.type === 'row') {
    return { panel, frames: [] };
  }
  prepared(panel);
  const place = { board, range, prometheus: given.get('prometheus')!, step: stepOf(panel, range) };
  try {
    let frames = (await Promise.all(panel.targets.map((target: any) => ask(target, place)))).flat();
    if (panel.transformations.length) {
      frames = await firstValueFrom(transformDataFrame(panel.transformations, frames));
    }
    const shown = { data: frames, fieldConfig: panel.fieldConfig, replaceVariables: same, theme, timeZone: 'utc', fieldConfigRegistry: registry };
    frames = applyFieldOverrides(shown as any);
    cacheFieldDisplayNames(frames);
    return { panel, frames };
  } catch (error: any) {
    return { panel, frames: [], error: String(error?.message ?? error) };
  }
}

class Guard extends Component<{ onError: (error: string) => void; children: ReactNode }, { error?: string }> {
  state: { error?: string } = {};
  static getDerivedStateFromError(error: Error) {
    return { error: String(error) };
  }
  componentDidCatch(error: Error) {
    this.props.onError(String(error));
  }
  render() {
    return this.state.error ? <pre style={{ color: 'red' }}>{this.state.error}</pre> : this.props.children;
  }
}

function Panel({ answer, range }: { answer: any; range: Range }) {
  const { panel, frames, error } = answer;
  const { x, y, w, h } = panel.gridPos;
  const [wide, high] = [(w * width) / COLUMNS - GAP, h * UNIT - GAP];
  const style = { position: 'absolute', left: (x * width) / COLUMNS + GAP / 2, top: HEAD + y * UNIT, width: wide, height: high } as const;
  if (panel.type === 'row') {
    return <div style={{ ...style, color: theme.colors.text.primary, fontSize: 17, fontWeight: 500, lineHeight: `${high}px` }}>{panel.title}</div>;
  }
  const timeRange = { from: dateTime(range.from), to: dateTime(range.to), raw: { from: 'now-1h', to: 'now' } };
  return (
    <div style={style}>
      <Guard onError={(text) => (answer.error = text)}>
        <PanelChrome title={panel.title.replace('$by', given.get('by') ?? 'team')} width={wide} height={high} padding="md">
          {(innerWidth: number, innerHeight: number) =>
            error ? (
              <pre style={{ color: 'red', whiteSpace: 'pre-wrap' }}>{error}</pre>
            ) : (
              <Visualization {...{ panel, frames, range, timeRange, theme }} width={innerWidth} height={innerHeight} />
            )
          }
        </PanelChrome>
      </Guard>
    </div>
  );
}

function Head({ board, range }: { board: any; range: Range }) {
  const moment = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const style = { position: 'absolute', left: GAP, right: GAP, top: 0, height: HEAD, display: 'flex', alignItems: 'center' } as const;
  return (
    <div style={{ ...style, justifyContent: 'space-between', color: theme.colors.text.primary, fontSize: 20 }}>
      <span>{board.title}</span>
      <span style={{ fontSize: 15, border: '1px solid #44464f', borderRadius: 3, padding: '6px 12px' }}>
        Time range: {moment(range.from)} to {moment(range.to)} UTC
      </span>
    </div>
  );
}

async function main() {
  const board = await (await fetch(`/board?board=${given.get('board')}`)).json();
  const range = { from: Number(given.get('from')), to: Number(given.get('to')) };
  const answers = await Promise.all(board.panels.map((panel: any) => answered(board, panel, range)));
  const context = { eventsScope: 'board', eventBus: new EventBusSrv(), sync: () => 0, onToggleSeriesVisibility: same, onToggleLegendSort: same };
  createRoot(document.getElementById('board')!).render(
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <PanelContextProvider value={context as any}>
        <Head board={board} range={range} />
        {answers.map((answer) => (
          <Panel key={answer.panel.id} answer={answer} range={range} />
        ))}
      </PanelContextProvider>
    </ThemeContext.Provider>
  );
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const told = answers
    .filter((answer) => answer.panel.type !== 'row')
    .map(({ panel, frames, error }) => ({ title: panel.title, rows: frames.reduce((sum: number, frame: any) => sum + frame.length, 0), error }));
  await fetch('/done', { method: 'POST', body: JSON.stringify({ page: given.get('page'), panels: told }) });
}

main().catch((error) => fetch('/done', { method: 'POST', body: JSON.stringify({ page: given.get('page'), panels: [{ title: 'page', rows: 0, error: String(error.stack) }] }) }));
