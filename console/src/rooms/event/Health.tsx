import { Alert, Tag } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { DataHealth } from '@/client/types'
import { go } from '@/shell/router'
import { Count, Figure } from '@/ui/figure'
import { Answer, Nothing, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'
import { Columns, Spark } from '@/ui/spark'
import { Ago } from '@/ui/time'
import { addSample, behindOf, bytes, concernsOf, inOrder, paceOf, type Sample } from './pace'

const lookMs = 2000

/** How far everybody is, looked at every two seconds since the page was opened. */
function usePace(): Sample[] {
  const lag = useRead('/v1/lag', { every: lookMs })
  const [samples, setSamples] = useState<Sample[]>([])
  const { data, dataUpdatedAt } = lag
  useEffect(() => {
    if (data) setSamples((before) => addSample(before, data, dataUpdatedAt))
  }, [data, dataUpdatedAt])
  return samples
}

/** What came in, how far it is, what could not be taken, how fresh the copy is. */
export function HealthPanel() {
  const health = useRead('/v1/health/data', { every: 15_000 })
  const samples = usePace()
  return (
    <Answer of={health} rows={12}>
      {(data) => (
        <div className="stack">
          <Verdict health={data} />
          <Panel>
            <Heads health={data} samples={samples} />
          </Panel>
          <div className="cols-2">
            <div className="stack">
              <Minutes health={data} />
              <Sources health={data} />
            </div>
            <div className="stack">
              <Consumers health={data} samples={samples} />
              <CopyPanel health={data} />
              <Rejected health={data} />
            </div>
          </div>
        </div>
      )}
    </Answer>
  )
}

function Verdict({ health }: { health: DataHealth }) {
  const { t } = useTranslation()
  const concerns = concernsOf(health)
  if (concerns.length === 0) return <Alert type="success" showIcon title={t('event.health_good')} />
  return (
    <Alert
      type="warning"
      showIcon
      title={t('event.health_look')}
      description={
        <ul className="concerns">
          {concerns.map((one) => (
            <li key={one}>{t(`event.concern_${one}`)}</li>
          ))}
        </ul>
      }
    />
  )
}

function Heads({ health, samples }: { health: DataHealth; samples: Sample[] }) {
  const { t } = useTranslation()
  const head = samples.at(-1)?.head ?? health.lag.head
  const pace = paceOf(samples)
  const worst = Math.max(0, ...Object.values(samples.at(-1)?.behind ?? {}))
  const failed = health.rejected.reduce((sum, one) => sum + one.failed, 0)
  return (
    <div className="figures">
      <Figure title={t('event.head')} value={<Count of={head} />} note={t('event.head_note')} />
      <Figure
        title={t('event.pace')}
        value={pace === null ? '–' : <Count of={pace} />}
        note={t('event.pace_note')}
      />
      <Figure
        title={t('event.worst')}
        value={worst === 0 ? t('event.level') : <Count of={worst} />}
        note={t('event.worst_note')}
      />
      <Figure
        title={t('event.set_aside')}
        value={<Count of={health.set_aside} />}
        open={() => go('/data/set-aside')}
        note={t('event.set_aside_note')}
      />
      <Figure
        title={t('event.rejected')}
        value={<Count of={failed} />}
        open={() => go('/data/imports')}
        note={t('event.rejected_note')}
      />
    </div>
  )
}

function Minutes({ health }: { health: DataHealth }) {
  const { t } = useTranslation()
  const most = Math.max(...health.minutes.map((one) => one.events))
  return (
    <Panel
      title={t('event.minutes')}
      extra={
        <small className="quiet">
          {t('event.minutes_most', { count: most, most: most.toLocaleString('en-US') })}
        </small>
      }
    >
      <Columns
        label={t('event.minutes')}
        values={health.minutes.map((one) => one.events)}
        names={health.minutes.map((one) => new Date(one.at).toTimeString().slice(0, 5))}
      />
    </Panel>
  )
}

function Consumers({ health, samples }: { health: DataHealth; samples: Sample[] }) {
  const { t } = useTranslation()
  const now = samples.at(-1)?.behind ?? {}
  return (
    <Panel title={t('event.lag')}>
      <p className="quiet">{t('event.lag_hint')}</p>
      <Rows
        size="small"
        pagination={false}
        rowKey="name"
        dataSource={inOrder(health.lag.streams)}
        columns={[
          {
            title: t('event.stream'),
            render: (_, one) => t(`event.stream_${one.name}`, { defaultValue: one.name }),
          },
          {
            title: t('event.since_open'),
            render: (_, one) => (
              <Spark values={behindOf(samples, one.name)} width={90} height={22} />
            ),
          },
          {
            title: t('event.behind'),
            align: 'right',
            render: (_, one) => <Behind count={now[one.name] ?? one.behind} />,
          },
          { title: t('event.moved'), render: (_, one) => <Ago at={one.moved_at} /> },
        ]}
      />
    </Panel>
  )
}

function Behind({ count }: { count: number }) {
  const { t } = useTranslation()
  if (count === 0) return <Tag color="green">{t('event.level')}</Tag>
  return <span className="num">{t('event.events_behind', { count })}</span>
}

function Sources({ health }: { health: DataHealth }) {
  const { t } = useTranslation()
  return (
    <Panel title={t('event.sources')}>
      <Rows
        size="small"
        pagination={false}
        rowKey="name"
        dataSource={health.sources}
        locale={{ emptyText: <Nothing title={t('event.no_sources')} /> }}
        columns={[
          {
            title: t('event.source'),
            render: (_, one) => (
              <>
                <div>{one.title ?? <Untitled name={one.name} />}</div>
                <small className="quiet num">{one.name}</small>
              </>
            ),
          },
          {
            title: t('event.today_count'),
            align: 'right',
            render: (_, one) => <Count of={one.today} />,
          },
          {
            title: t('event.week_count'),
            align: 'right',
            render: (_, one) => <Count of={one.week} />,
          },
          {
            title: t('event.last_event'),
            render: (_, one) =>
              one.last_at ? (
                <Ago at={one.last_at} />
              ) : (
                <span className="quiet">{t('event.silent')}</span>
              ),
          },
        ]}
      />
    </Panel>
  )
}

/** Nobody registers what the product itself notes: grades, credited orders, opened links. */
function Untitled({ name }: { name: string }) {
  const { t } = useTranslation()
  if (name === 'huitou') return t('event.own_source')
  return <span className="up">{t('event.unregistered')}</span>
}

function Rejected({ health }: { health: DataHealth }) {
  const { t } = useTranslation()
  return (
    <Panel title={t('event.rejected_imports')}>
      {health.rejected.length === 0 ? (
        <p className="quiet">{t('event.nothing_rejected')}</p>
      ) : (
        <ul className="plain-list">
          {health.rejected.map((one) => (
            <li key={one.import_id} className="row between">
              <span>
                {one.file_name} <small className="quiet">{t(`event.kind_${one.kind}`)}</small>
              </span>
              <a href={`/v1/imports/${one.import_id}/errors.csv?surface=console`}>
                {t('event.errors', { count: one.failed })}
              </a>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** The columnar copy by which segments are counted, and the clock that moves members with time. */
function CopyPanel({ health }: { health: DataHealth }) {
  const { t } = useTranslation()
  const { copy, followers, clock } = health
  const total = (of: 'files' | 'rows' | 'bytes') => copy.reduce((sum, one) => sum + one[of], 0)
  return (
    <Panel title={t('event.freshness')}>
      <dl className="facts">
        <dt>{t('event.copy')}</dt>
        <dd className="num">
          {copy.length === 0
            ? t('event.no_copy')
            : t('event.copy_holds', {
                files: total('files'),
                rows: total('rows').toLocaleString('en-US'),
                bytes: bytes(total('bytes')),
              })}
        </dd>
        {followers.map((one) => (
          <Follower key={one.consumer} of={one} />
        ))}
        <dt>{t('event.clock')}</dt>
        <dd>
          {clock ? (
            <>
              <Ago at={clock.swept_upto} />{' '}
              {clock.due_count > 0 && t('event.clock_due', { count: clock.due_count })}
            </>
          ) : (
            <span className="quiet">{t('event.clock_never')}</span>
          )}
        </dd>
        {clock && (
          <>
            <dt>{t('event.checked')}</dt>
            <dd>
              <Ago at={clock.checked_at} />
              {clock.checked_at && ` · ${t('event.corrected', { count: clock.corrected_count })}`}
            </dd>
          </>
        )}
      </dl>
    </Panel>
  )
}

function Follower({ of }: { of: DataHealth['followers'][number] }) {
  const { t } = useTranslation()
  return (
    <>
      <dt>{t(`event.follower_${of.consumer}`, { defaultValue: of.consumer })}</dt>
      <dd>
        <Ago at={of.moved_at} />
        {' · '}
        {of.waiting === 0 ? t('event.level') : t('event.rows_waiting', { count: of.waiting })}
      </dd>
    </>
  )
}
