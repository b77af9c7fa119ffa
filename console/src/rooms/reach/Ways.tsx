import { Tag, Timeline } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Notification } from '@/client/types'
import { Link } from '@/shell/router'
import { Ago } from '@/ui/time'
import { channelName, endOf, toneColours, toneOf } from './words'

const colours = { delivered: 'green', not_reached: 'red', on_the_way: 'cyan' }

/** Whether the customer was told. */
export function Told({ notification: { state } }: { notification: Notification }) {
  const { t } = useTranslation()
  return <Tag color={colours[state]}>{t(`reach.told_${state}`)}</Tag>
}

/** The ways tried in their order, each with what came of it; `message` is the one that is looked at. */
export function Ways({ notification, message }: { notification: Notification; message?: string }) {
  const { t } = useTranslation()
  const ways = notification.tried.map((way, place) => ({
    key: way.channel,
    color: toneColours[toneOf(way)],
    content: (
      <div className="event">
        <span>
          {t(place === 0 ? 'reach.way_first' : 'reach.way_next', {
            channel: channelName(t, way.channel),
          })}
          {endOf(t, way)}
        </span>
        {way.delivered_at && (
          <small className="quiet">
            <Ago at={way.delivered_at} />
          </small>
        )}
        {way.message_id && (
          <small className="quiet">
            {way.message_id === message ? (
              t('reach.way_this')
            ) : (
              <Link to={`/messages?message=${way.message_id}`}>{t('reach.way_message')}</Link>
            )}
          </small>
        )}
      </div>
    ),
  }))
  const last = notification.tried.at(-1)
  const isGoingOn = notification.state === 'on_the_way' && last?.state === 'failed'
  const end = {
    key: 'end',
    color: toneColours[isGoingOn ? 'open' : 'bad'],
    content: t(isGoingOn ? 'reach.way_following' : 'reach.way_none'),
  }
  return (
    <Timeline items={isGoingOn || notification.state === 'not_reached' ? [...ways, end] : ways} />
  )
}
