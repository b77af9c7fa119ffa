import { App, Button, Dropdown } from 'antd'
import { MoreOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Offer } from '@/client/types'
import { showDone } from '@/shell/notify'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { count, yuan } from '@/ui/format'
import { isAhead } from './document'
import { Reading } from '@/ui/reading'
import { Versions } from './Versions'

type Verb = 'publish' | 'resume' | 'pause' | 'end'

/** Asks first what a turn does, then takes it. */
export function useTurn(offer: Offer) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const turn = useWrite<
    | 'POST /v1/offers/{offer_id}/publish'
    | 'POST /v1/offers/{offer_id}/pause'
    | 'POST /v1/offers/{offer_id}/end'
  >(['/v1/offers', '/v1/offers/{offer_id}', '/v1/offers/{offer_id}/versions'])
  const { id, version } = offer
  const take = (verb: Verb) =>
    turn
      .mutateAsync(
        verb === 'publish' || verb === 'resume'
          ? { to: 'POST /v1/offers/{offer_id}/publish', id, body: { version } }
          : { to: `POST /v1/offers/{offer_id}/${verb}`, id },
      )
      .then((kept) => {
        const isWaiting = kept.waiting != null
        showDone(t(isWaiting ? 'offer.waiting_done' : `offer.${verb}_done`))
      })
      .catch(() => undefined)
  return (verb: Verb) => {
    modal.confirm({
      title: t(`offer.${verb}_title`, { name: offer.document.name }),
      content: (
        <>
          <p>
            {t(`offer.${verb}_effect`, { orders: count(offer.orders), fen: yuan(offer.cost_fen) })}
          </p>
          {verb === 'resume' && isAhead(offer) && <p>{t('offer.resume_ahead')}</p>}
          {(verb === 'publish' || verb === 'resume') && <Reading {...offer} />}
        </>
      ),
      okText: t(`offer.${verb}`),
      okButtonProps: { danger: verb === 'end' },
      onOk: () => take(verb),
    })
  }
}

/** What may be done with an offer now, for one who may publish. */
export function verbsOf(offer: Offer): Verb[] {
  if (offer.waiting) return offer.state === 'published' ? ['pause', 'end'] : ['end']
  switch (offer.state as string) {
    case 'draft':
      return ['publish', 'end']
    case 'published':
      return isAhead(offer) ? ['publish', 'pause', 'end'] : ['pause', 'end']
    case 'paused':
      return ['resume', 'end']
    default:
      return []
  }
}

/** Publish, pause, resume, end, copy and look back. */
export function Turns({ offer, isChanged }: { offer: Offer; isChanged: boolean }) {
  const { t } = useTranslation()
  const may = useMay()
  const ask = useTurn(offer)
  const [isLooking, setLooking] = useState(false)
  const verbs = may('offer.publish') ? verbsOf(offer) : []
  const main = verbs.find((verb) => verb === 'publish' || verb === 'resume')
  const rest = verbs.filter((verb) => verb !== main)
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            ...(offer.in_force === null ? [] : [{ key: 'versions', label: t('offer.versions') }]),
            ...(may('offer.edit') ? [{ key: 'copy', label: t('offer.duplicate') }] : []),
            { key: 'calendar', label: t('offer.see_calendar') },
            ...rest.map((verb) => ({
              key: verb,
              label: t(`offer.${verb}`),
              danger: verb === 'end',
            })),
          ],
          onClick: ({ key }) => {
            if (key === 'versions') setLooking(true)
            else if (key === 'copy') go(`/offers/new?from=${offer.id}`)
            else if (key === 'calendar') go(`/offers/calendar?offer=${offer.id}`)
            else ask(key as Verb)
          },
        }}
      >
        <Button icon={<MoreOutlined />}>{t('offer.more')}</Button>
      </Dropdown>
      {main && (
        <Button
          type="primary"
          disabled={isChanged}
          title={isChanged ? t('offer.save_first') : undefined}
          onClick={() => ask(main)}
        >
          {t(`offer.${main}`)}
        </Button>
      )}
      {isLooking && <Versions offer={offer} close={() => setLooking(false)} />}
    </>
  )
}
