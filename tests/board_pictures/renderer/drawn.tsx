// Panels that Grafana doesn't publish, timelines and heat maps, drawn from its data frames.
import type { DataFrame } from '@grafana/data';
import type { Range } from './queries';

interface Given {
  frames: DataFrame[];
  range: Range;
  width: number;
  height: number;
}

const LABELS = 110;
const AXIS = 24;
const TICKS = 8;

function Ticks({ range, left, width, height }: { range: Range; left: number; width: number; height: number }) {
  const hour = 3_600_000;
  const every = Math.max(hour, Math.round((range.to - range.from) / TICKS / hour) * hour);
  const ticks = [];
  for (let at = Math.ceil(range.from / every) * every; at < range.to; at += every) {
    ticks.push(at);
  }
  return (
    <g fill="#aaa" fontSize={12} textAnchor="middle">
      {ticks.map((at) => (
        <text key={at} x={left + ((at - range.from) / (range.to - range.from)) * (width - left)} y={height - 6}>
          {new Date(at).toISOString().slice(11, 16)}
        </text>
      ))}
    </g>
  );
}

export function Timeline({ frames, range, width, height, legend }: Given & { legend: Array<[string, string]> }) {
  const sorted = [...frames].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  const line = (height - 2 * AXIS) / Math.max(1, sorted.length);
  const x = (at: number) => LABELS + ((at - range.from) / (range.to - range.from)) * (width - LABELS);
  return (
    <svg width={width} height={height}>
      {sorted.map((frame, place) => {
        const [times, values] = frame.fields;
        const step = times.config.interval ?? 0;
        return (
          <g key={place}>
            <text x={0} y={place * line + line / 2 + 5} fill="#ccccdc" fontSize={13}>
              {nameOf(frame)}
            </text>
            {values.values.map((value: number | null, at: number) =>
              value === null ? null : (
                <rect
                  key={at}
                  x={x(times.values[at])}
                  y={place * line + 2}
                  width={Math.max(0.5, x(Math.min(times.values[at] + step, range.to)) - x(times.values[at]) + 0.5)}
                  height={line - 4}
                  fill={values.display!(value).color}
                />
              )
            )}
          </g>
        );
      })}
      <Ticks range={range} left={LABELS} width={width} height={height - AXIS} />
      {legend.map(([color, text], place) => (
        <g key={text} transform={`translate(${place * 190}, ${height - 14})`}>
          <rect width={14} height={5} rx={2} y={3} fill={color} />
          <text x={20} y={11} fill="#ccccdc" fontSize={12}>
            {text}
          </text>
        </g>
      ))}
    </svg>
  );
}

export function Heatmap({ frames, range, width, height }: Given) {
  const bound = (frame: DataFrame) => Number(frame.fields[1].labels!.le.replace('+Inf', 'Infinity'));
  const sorted = [...frames].sort((a, b) => bound(a) - bound(b));
  const left = 70;
  const line = (height - AXIS) / Math.max(1, sorted.length);
  const cells: Array<{ at: number; row: number; calls: number }> = [];
  sorted.forEach((frame, row) => {
    const below = row ? new Map(points(sorted[row - 1])) : new Map<number, number>();
    for (const [at, calls] of points(frame)) {
      const own = calls - (below.get(at) ?? 0);
      if (own > 1e-9) {
        cells.push({ at, row, calls: own });
      }
    }
  });
  const most = Math.max(...cells.map((cell) => cell.calls), 1e-9);
  const step = sorted[0]?.fields[0].config.interval ?? 0;
  const x = (at: number) => left + ((at - range.from) / (range.to - range.from)) * (width - left);
  return (
    <svg width={width} height={height}>
      {cells.map(({ at, row, calls }) => (
        <rect
          key={`${at} ${row}`}
          x={Math.max(left, x(at))}
          y={(sorted.length - 1 - row) * line + 0.5}
          width={Math.max(1, x(at + step) - x(at) - 0.5)}
          height={line - 1}
          fill="#56b4e9"
          fillOpacity={0.12 + 0.88 * Math.sqrt(calls / most)}
        />
      ))}
      {sorted.map((frame, row) =>
        row % 2 ? null : (
          <text key={row} x={0} y={(sorted.length - 1 - row) * line + line / 2 + 4} fill="#aaa" fontSize={12}>
            {bound(frame) === Infinity ? 'longer' : `to ${bound(frame)} s`}
          </text>
        )
      )}
      <Ticks range={range} left={left} width={width} height={height} />
    </svg>
  );
}

function nameOf(frame: DataFrame): string {
  return frame.fields[1].config.displayNameFromDS ?? '';
}

function points(frame: DataFrame): Array<[number, number]> {
  return frame.fields[0].values.map((at: number, place: number) => [at, frame.fields[1].values[place] ?? 0]);
}
