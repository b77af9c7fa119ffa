import { CopyOutlined, MobileOutlined, WechatWorkOutlined } from '@ant-design/icons'
import { Button, Skeleton, Spin } from 'antd'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import type { SegmentCount } from '@/client/types'
import { Link } from '@/shell/router'
import { showDone } from '@/shell/notify'
import { Count, Meaning } from '@/ui/figure'
import { percent } from '@/ui/format'
import { Fault, Panel } from '@/ui/page'
import { Ago } from '@/ui/time'

/** How many, who can be reached, what the rule says, and twenty of them. */
export function Reach({
  counted,
  error,
  isCounting,
  isComplete,
  isEmpty,
}: {
  counted: SegmentCount | undefined
  error: unknown
  isCounting: boolean
  isComplete: boolean
  /** Nothing is filled in yet: what was counted last is no answer. */
  isEmpty: boolean
}) {
  const { t } = useTranslation()
  return (
    <div className="stack reach-side">
      <Panel
        title={<Meaning of="segment_count">{t('segment.match')}</Meaning>}
        extra={isCounting && <Spin size="small" />}
      >
        <div className={`reach-count num ${isCounting || isEmpty ? 'stale' : ''}`}>
          {counted ? <Count of={counted.count} /> : '–'} <small>{t('segment.people')}</small>
        </div>
        <small className="quiet reach-age">
          {!isComplete && t(isEmpty ? 'segment.unfinished' : 'segment.unfinished_counted')}
          {isComplete && counted && (
            <>
              {t('segment.as_of')} <Ago at={counted.as_of} /> ·{' '}
              {t('segment.took', { ms: Math.round(counted.took_ms) })}
            </>
          )}
        </small>
        {error !== null && error !== undefined && !isEmpty && <Fault error={error} />}
        {counted && (
          <div className="reach-channels">
            <Channel
              icon={<WechatWorkOutlined />}
              name={t('profile.channel_wecom')}
              of={counted.reach.wecom}
              all={counted.count}
            />
            <Channel
              icon={<MobileOutlined />}
              name={t('profile.channel_sms')}
              of={counted.reach.sms}
              all={counted.count}
            />
            <small className="quiet">{t('segment.reach_note')}</small>
          </div>
        )}
      </Panel>
      {counted && (
        <Panel
          title={t('segment.reading')}
          extra={
            <Button
              type="text"
              size="small"
              icon={<CopyOutlined />}
              onClick={() => {
                void navigator.clipboard?.writeText(counted.sentence)
                showDone(t('ui.copied'))
              }}
            >
              {t('ui.copy')}
            </Button>
          }
        >
          <p className="reading">{counted.sentence}</p>
        </Panel>
      )}
      {counted && <Sample ids={counted.sample} />}
    </div>
  )
}

function Channel({
  icon,
  name,
  of,
  all,
}: {
  icon: React.ReactNode
  name: string
  of: number
  all: number
}) {
  const { t } = useTranslation()
  const share = all ? of / all : 0
  return (
    <div className="reach-channel">
      <div className="row between">
        <span>
          {icon} {name} {t('segment.reachable')}
        </span>
        <span className="num">
          <Count of={of} /> <small className="quiet">{percent(share, 0)}</small>
        </span>
      </div>
      <span className="bar-track">
        <span className="bar-fill" style={{ width: `${share * 100}%` }} />
      </span>
    </div>
  )
}

function Sample({ ids }: { ids: string[] }) {
  const { t } = useTranslation()
  const { rows, isLoading } = useCustomersOf(ids)
  return (
    <Panel title={t('segment.sample', { count: ids.length })}>
      {isLoading ? (
        <Skeleton active title={false} />
      ) : (
        <ul className="sample">
          {ids.map((id) => {
            const row = rows.get(id)
            return (
              <li key={id}>
                <Link to={`/customers/${id}`} target="_blank">
                  {row ? (row.name ?? `#${row.ordinal}`) : '…'}
                </Link>
                <span className="quiet">{row?.home_unit?.name}</span>
              </li>
            )
          })}
        </ul>
      )}
    </Panel>
  )
}
