// What a panel asks, and the answers as Grafana's data frames.
import { FieldType, toDataFrame, type DataFrame } from '@grafana/data';

export interface Range {
  from: number;
  to: number;
}

export interface Place {
  board: any;
  range: Range;
  prometheus: string;
  // Milliseconds between two points of a line.
  step: number;
}

const SCRAPE_SECONDS = 15;

export async function ask(target: any, place: Place): Promise<DataFrame[]> {
  if (target.rawSql) {
    return askLedger(target, place);
  }
  return askPrometheus(target, place);
}

async function askLedger(target: any, { board, range }: Place): Promise<DataFrame[]> {
  const given = new URLSearchParams({
    board: board.uid,
    from: String(range.from),
    to: String(range.to),
    format: target.format,
    query: target.rawSql,
  });
  const answer = await (await fetch(`/sql?${given}`)).json();
  if (answer.error) {
    throw new Error(answer.error);
  }
  return answer.frames.map((frame: any) =>
    toDataFrame({
      refId: target.refId,
      name: frame.name,
      fields: frame.fields.map((field: any) => ({
        ...field,
        type: FieldType[field.type as keyof typeof FieldType],
        config: field.name === 'Value' ? { displayNameFromDS: frame.name } : {},
      })),
    })
  );
}

async function askPrometheus(target: any, place: Place): Promise<DataFrame[]> {
  const { range, prometheus, step } = place;
  const given = new URLSearchParams({ query: filledIn(target.expr, place) });
  if (target.instant) {
    given.set('time', String(range.to / 1000));
  } else {
    const seconds = step / 1000;
    given.set('start', String(Math.floor(range.from / step) * seconds));
    given.set('end', String(Math.floor(range.to / step) * seconds));
    given.set('step', String(seconds));
  }
  const kind = target.instant ? 'query' : 'query_range';
  const answer = await (await fetch(`${prometheus}/api/v1/${kind}?${given}`)).json();
  if (answer.status !== 'success') {
    throw new Error(answer.error);
  }
  const series = answer.data.result;
  return target.format === 'table' ? [asTable(target, series)] : series.map((one: any) => asSeries(target, one, step));
}

function asTable(target: any, series: any[]): DataFrame {
  const labels = [...new Set(series.flatMap((one) => Object.keys(one.metric)))].sort();
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: series.map((one) => one.value[0] * 1000) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        values: series.map((one) => one.metric[label] ?? ''),
      })),
      { name: `Value #${target.refId}`, type: FieldType.number, values: series.map((one) => number(one.value[1])) },
    ],
  });
}

function asSeries(target: any, one: any, step: number): DataFrame {
  const points = one.values ?? [one.value];
  const name = (target.legendFormat || '').replace(/\{\{\s*(\w+)\s*\}\}/g, (_: string, label: string) => one.metric[label] ?? '');
  return toDataFrame({
    refId: target.refId,
    name,
    fields: [
      { name: 'Time', type: FieldType.time, config: { interval: step }, values: points.map((point: any) => point[0] * 1000) },
      {
        name: 'Value',
        type: FieldType.number,
        labels: one.metric,
        config: { displayNameFromDS: name },
        values: points.map((point: any) => number(point[1])),
      },
    ],
  });
}

function number(text: string): number | null {
  return text === 'NaN' ? null : Number(text);
}

function filledIn(query: string, { board, range, step }: Place): string {
  const seconds = Math.round(step / 1000);
  const known: Record<string, string> = {
    __interval: `${seconds}s`,
    __rate_interval: `${Math.max(seconds + SCRAPE_SECONDS, 4 * SCRAPE_SECONDS)}s`,
    __range: `${Math.round((range.to - range.from) / 1000)}s`,
  };
  for (const variable of board.templating.list) {
    known[variable.name] = variable.allValue ?? '.*';
  }
  return query.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (whole, braced, plain) => known[braced ?? plain] ?? whole);
}
