import { useTranslation } from 'react-i18next'
import { Bubble } from '@/ui/bubble'
import type { Channel } from './chain'

/** What the customer sees; what is filled in later stands as a sample. */
export function OnThePhone({ channel, text }: { channel: Channel; text: string }) {
  const { t } = useTranslation()
  const shown = text.replace(/\{(name|products|store|associate)\}/g, (_, word: string) =>
    t(`campaign.sample_${word}`),
  )
  if (channel === 'wecom') return <Bubble from={t('campaign.associate')}>{shown}</Bubble>
  return (
    <div className={`phone phone-${channel}`}>
      <small className="quiet">{t(`campaign.seen_${channel}`)}</small>
      <div className="phone-bubble">{shown}</div>
    </div>
  )
}
