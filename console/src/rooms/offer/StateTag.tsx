import { Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Offer } from '@/client/types'
import { isAhead } from './document'

const colours: Record<string, string> = {
  draft: 'default',
  published: 'green',
  paused: 'orange',
  ended: 'default',
}

/** Where an offer stands; and that a change of it waits to be published. */
export function StateTag({ offer }: { offer: Offer }) {
  const { t } = useTranslation()
  return (
    <>
      <Tag color={colours[offer.state]}>{t(`offer.state_${offer.state}`)}</Tag>
      {offer.waiting && <Tag color="blue">{t('offer.state_waiting')}</Tag>}
      {isAhead(offer) && offer.state !== 'ended' && <Tag color="gold">{t('offer.ahead')}</Tag>}
    </>
  )
}
