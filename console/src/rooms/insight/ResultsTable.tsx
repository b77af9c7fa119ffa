import { DownloadOutlined } from '@ant-design/icons'
import { Button, Skeleton } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { ResultRow, Stage } from '@/client/types'
import { useDrill } from '@/shell/drill'
import { saveCsv } from '@/ui/csv'
import { Meaning, Money } from '@/ui/figure'
import { Link } from '@/shell/router'
import { Fault, Nothing } from '@/ui/page'
import { Rows } from '@/ui/rows'

const stages: Stage[] = ['tasks', 'sent', 'delivered', 'opened', 'bought']
const sums = [...stages, 'orders', 'amount_fen', 'commission_fen'] as const

/** A store's sum with its associates' lines under it; the total of all stores has the key `total`. */
interface Line extends ResultRow {
  key: string
  children?: Line[]
}

function sumOf(rows: ResultRow[]): Pick<ResultRow, (typeof sums)[number]> {
  const total = {
    tasks: 0,
    sent: 0,
    delivered: 0,
    opened: 0,
    bought: 0,
    orders: 0,
    amount_fen: 0,
    commission_fen: 0,
  }
  for (const row of rows) for (const name of sums) total[name] += row[name]
  return total
}

function byStore(rows: ResultRow[]): Line[] {
  const groups = new Map<string, ResultRow[]>()
  for (const row of rows)
    groups.set(row.unit_id ?? '', [...(groups.get(row.unit_id ?? '') ?? []), row])
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    return [
      {
        ...sumOf(group),
        key: first.unit_id ?? '',
        unit_id: first.unit_id,
        unit_name: first.unit_name,
        staff_id: null,
        staff_name: null,
        children: group.map((row) => ({
          ...row,
          key: `${row.unit_id ?? ''}-${row.staff_id ?? 'sms'}`,
        })),
      },
    ]
  })
}

/** Store × associate: tasks → sent → delivered → opened → bought → amount; every number opens. */
export function ResultsTable({ campaign, unit }: { campaign?: string; unit?: string }) {
  const { t } = useTranslation()
  const drill = useDrill()
  const results = useRead('/v1/results', { query: { campaign, unit }, keep: true })
  const units = useRead('/v1/units')
  const codes = new Map(units.data?.items.map((one) => [one.id, one.code]))
  const lines = useMemo(() => byStore(results.data?.rows ?? []), [results.data])
  if (results.error) return <Fault error={results.error} again={() => void results.refetch()} />
  if (!results.data) return <Skeleton active />
  const { rows, total } = results.data
  if (lines.length === 0)
    return (
      <Nothing
        title={t('insight.no_results')}
        hint={t('insight.no_results_hint')}
        action={<Link to="/campaigns/new">{t('merchant.first_campaign')}</Link>}
      />
    )
  const open = (line: Line, stage: Stage) => () =>
    drill({
      title: [line.unit_name, line.staff_name, t(`insight.${stage}`)].filter(Boolean).join(' · '),
      path: '/v1/results/customers',
      query: {
        campaign,
        unit: codes.get(line.unit_id ?? '') ?? unit,
        staff: line.staff_id,
        stage,
      },
    })
  const number = (line: Line, stage: Stage) => (
    <button type="button" className="opens num" onClick={open(line, stage)}>
      {line[stage]}
    </button>
  )
  return (
    <>
      <div className="row between filters">
        <span />
        <Button
          size="small"
          icon={<DownloadOutlined />}
          onClick={() =>
            saveCsv('huitou-results.csv', [
              [
                t('insight.store'),
                t('insight.staff'),
                ...stages.map((stage) => t(`insight.${stage}`)),
                t('insight.amount'),
                t('insight.commission'),
              ],
              ...rows.map((row) => [
                row.unit_name ?? '',
                row.staff_name ?? t('insight.by_sms'),
                ...stages.map((stage) => row[stage]),
                row.amount_fen / 100,
                row.commission_fen / 100,
              ]),
            ])
          }
        >
          {t('ui.export_csv')}
        </Button>
      </div>
      <Rows<Line>
        size="small"
        pagination={false}
        sticky={{ offsetHeader: 60 }}
        rowKey="key"
        dataSource={lines}
        total={{ ...total, key: 'total' }}
        columns={[
          {
            title: t('insight.store'),
            render: (_, line) => {
              if (line.key === 'total') return <b>{t('insight.total')}</b>
              if (line.children) return <b className="name">{line.unit_name ?? '–'}</b>
              return line.staff_name ?? t('insight.by_sms')
            },
          },
          ...stages.map((stage) => ({
            title: <Meaning of={stage}>{t(`insight.${stage}`)}</Meaning>,
            align: 'right' as const,
            sorter: (a: Line, b: Line) => a[stage] - b[stage],
            render: (_: unknown, line: Line) => number(line, stage),
          })),
          {
            title: <Meaning of="amount_fen">{t('insight.amount')}</Meaning>,
            align: 'right',
            sorter: (a, b) => a.amount_fen - b.amount_fen,
            render: (_, line) => (
              <button type="button" className="opens" onClick={open(line, 'bought')}>
                <Money fen={line.amount_fen} />
              </button>
            ),
          },
          {
            title: <Meaning of="commission_fen">{t('insight.commission')}</Meaning>,
            align: 'right',
            render: (_, line) => (
              <button type="button" className="opens" onClick={open(line, 'bought')}>
                <Money fen={line.commission_fen} isExact />
              </button>
            ),
          },
        ]}
      />
    </>
  )
}
