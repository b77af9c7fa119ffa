import { Alert } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { CallbackHealth, Channel } from '@/client/types'
import { Link } from '@/shell/router'
import { count } from '@/ui/format'
import { Answer } from '@/ui/page'
import { Columns } from '@/ui/spark'
import { Ago } from '@/ui/time'
import { hoursOf, verdictOf } from './health'

/** Whether the provider's calls reach us, and what is wrong when they do not. */
export function ChannelHealth({ channel }: { channel: Channel }) {
  const health = useRead('/v1/channels/{kind}/health', { id: channel.kind, every: 15_000 })
  return (
    <Answer of={health} rows={4}>
      {(data) => <Shown channel={channel} health={data} />}
    </Answer>
  )
}

function Shown({ channel, health }: { channel: Channel; health: CallbackHealth }) {
  const { t } = useTranslation()
  const verdict = verdictOf(health)
  const hours = hoursOf(health, Date.now())
  return (
    <>
      {verdict === 'refused' && (
        <Alert
          type="error"
          showIcon
          title={t('merchant.calls_refused', { why: health.refusal_text ?? '' })}
          description={t('merchant.calls_refused_hint')}
        />
      )}
      {verdict === 'silent' && (
        <Alert
          type="info"
          showIcon
          title={t('merchant.calls_silent')}
          description={t(
            channel.kind === 'wecom' ? 'merchant.calls_silent_wecom' : 'merchant.calls_silent_hint',
          )}
        />
      )}
      <dl className="facts">
        <dt>{t('merchant.calls_last')}</dt>
        <dd>
          <Ago at={health.accepted_at} />
        </dd>
        <dt>{t('merchant.calls_day')}</dt>
        <dd className="num">{t('merchant.calls_times', { n: count(health.accepted) })}</dd>
        {health.lag_seconds !== null && (
          <>
            <dt>{t('merchant.calls_lag')}</dt>
            <dd className="num">
              {t('merchant.calls_lag_shown', {
                mean: seconds(health.lag_seconds),
                most: seconds(health.lag_seconds_max ?? health.lag_seconds),
              })}
            </dd>
          </>
        )}
        {health.refused_at && (
          <>
            <dt>{t('merchant.calls_bad')}</dt>
            <dd className={health.refused > 0 ? 'up' : 'quiet'}>
              <Ago at={health.refused_at} /> · {health.refusal_text} ·{' '}
              {t('merchant.calls_bad_day', { n: count(health.refused) })}
            </dd>
          </>
        )}
        <dt>{t('merchant.calls_missing')}</dt>
        <dd>
          {health.missing > 0 ? (
            <Link to={`/messages?channel=${channel.serves}&state=submitted`}>
              {t('merchant.calls_missing_shown', { n: count(health.missing) })}{' '}
              <Ago at={health.missing_since} />
            </Link>
          ) : (
            <span className="quiet">{t('merchant.calls_none_missing')}</span>
          )}
        </dd>
      </dl>
      {health.accepted > 0 && (
        <div className="channel-hours">
          <Columns
            values={hours.map((one) => one.count)}
            names={hours.map((one) => dayjs(one.at).format('HH:mm'))}
            label={t('merchant.calls_day')}
          />
        </div>
      )}
    </>
  )
}

function seconds(value: number): string {
  if (value < 1) return '<1 s'
  if (value < 120) return `${Math.round(value)} s`
  return value < 7200 ? `${Math.round(value / 60)} min` : `${Math.round(value / 3600)} h`
}
