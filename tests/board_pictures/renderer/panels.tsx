// One panel, by Grafana's own components where it publishes them.
import { getDisplayValueAlignmentFactors, getFieldDisplayValues, type DataFrame } from '@grafana/data';
import { BarGauge, BigValue, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';

import { Heatmap, Timeline } from './drawn';
import type { Range } from './queries';

const same = (value: any) => value;

interface Given {
  panel: any;
  frames: DataFrame[];
  range: Range;
  timeRange: any;
  theme: any;
  width: number;
  height: number;
}

export function Visualization(given: Given) {
  const { panel, frames, range, timeRange, width, height } = given;
  const isEmpty = !frames.length || (panel.type === 'table' && !frames[0].length);
  if (isEmpty) {
    return <div style={{ padding: 16, textAlign: 'center', color: '#9a9aa5' }}>{panel.fieldConfig.defaults.noValue}</div>;
  }
  const Any = { TimeSeries, TableNG } as any;
  switch (panel.type) {
    case 'timeseries':
      return (
        <Any.TimeSeries
          {...{ frames, timeRange, width, height, structureRev: 1, timeZone: 'utc', options: panel.options }}
          legend={panel.options.legend}
        >
          {() => null}
        </Any.TimeSeries>
      );
    case 'table':
      return (
        <Any.TableNG
          {...{ data: frames[0], width, height, timeRange, fieldConfig: panel.fieldConfig, structureRev: 1 }}
          enablePagination={panel.options.footer?.enablePagination}
          sortBy={panel.options.sortBy}
          enableVirtualization={false}
        />
      );
    case 'state-timeline':
      return <Timeline {...{ frames, range, width, height }} legend={levels(panel)} />;
    case 'heatmap':
      return <Heatmap {...{ frames, range, width, height }} />;
    default:
      return <Figures {...given} />;
  }
}

function levels(panel: any): Array<[string, string]> {
  const steps = panel.fieldConfig.defaults.thresholds.steps;
  return steps.map((step: any, place: number) => {
    const [from, to] = [step.value, steps[place + 1]?.value].map((at) => `${Math.round((at ?? 1) * 100)} %`);
    return [step.color, place === 0 ? `below ${to}` : to === '100 %' ? `${from} and more` : `${from} to ${to}`];
  });
}

function Figures({ panel, frames, timeRange, theme, width, height }: Given) {
  const { options, fieldConfig } = panel;
  const isStat = panel.type === 'stat';
  const getValues = () =>
    getFieldDisplayValues({
      fieldConfig,
      theme,
      data: frames,
      reduceOptions: options.reduceOptions,
      replaceVariables: same,
      sparkline: isStat && options.graphMode !== 'none',
      timeZone: 'utc',
    });
  const Any = { BigValue, BarGauge } as any;
  return (
    <VizRepeater
      {...{ getValues, width, height, orientation: options.orientation, itemSpacing: 8, renderCounter: 1 }}
      source={{ series: frames, timeRange, state: 'Done' } as any}
      getAlignmentFactors={(values: any) => getDisplayValueAlignmentFactors(values)}
      renderValue={({ value, width, height, alignmentFactors, count }: any) =>
        isStat ? (
          <Any.BigValue
            {...{ theme, width, height, count, alignmentFactors, value: value.display, sparkline: value.sparkline }}
            colorMode={options.colorMode}
            graphMode={options.graphMode}
            justifyMode={options.justifyMode}
            textMode={options.textMode}
          />
        ) : (
          <Any.BarGauge {...{ theme, width, height, alignmentFactors, value: value.display, field: value.field }} />
        )
      }
    />
  );
}
