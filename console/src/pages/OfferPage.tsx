import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Offer } from '@/client/types'
import { Choose, isKind } from '@/rooms/offer/Choose'
import { blankOf, copyOf, wholeOf, type Draft } from '@/rooms/offer/document'
import { OfferEditor } from '@/rooms/offer/Editor'
import { usePlace } from '@/shell/router'
import { Answer, PageHead } from '@/ui/page'

/** One offer; or a new one, of a kind that is chosen or as a copy of another. */
export default function OfferPage({ id, kind }: { id: string; kind?: string }) {
  const { query } = usePlace()
  const from = query.get('from')
  if (id !== 'new') return <SavedOffer id={id} />
  if (from) return <CopiedOffer key={from} id={from} />
  if (isKind(kind)) return <NewOffer key={kind} start={() => blankOf(kind)} />
  return <ChooseKind />
}

function SavedOffer({ id }: { id: string }) {
  const offer = useRead('/v1/offers/{offer_id}', { id })
  return (
    <Answer of={offer} rows={10}>
      {(data) => <OfferEditor key={data.version} offer={data} start={wholeOf(data.document)} />}
    </Answer>
  )
}

function CopiedOffer({ id }: { id: string }) {
  const { t } = useTranslation()
  const offer = useRead('/v1/offers/{offer_id}', { id })
  const named = (data: Offer) => t('offer.copy_of', { name: data.document.name })
  return (
    <Answer of={offer} rows={10}>
      {(data) => <NewOffer start={() => copyOf(data, named(data))} />}
    </Answer>
  )
}

function NewOffer({ start }: { start: () => Draft }) {
  const [draft] = useState(start)
  return <OfferEditor offer={null} start={draft} />
}

function ChooseKind() {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('offer.choose')} hint={t('offer.choose_hint')} />
      <Choose />
    </>
  )
}
