import { Drawer } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useRead, write } from '@/client/query'
import type { Offer, OfferDocument, OfferVersion } from '@/client/types'
import { useMay } from '@/shell/session'
import { Answer } from '@/ui/page'
import { Ago } from '@/ui/time'
import { wholeOf } from './document'
import { touched, type Change } from './touched'
import { useValue } from './values'

/** What the offer said, latest first, and what each version changed. */
export function Versions({ offer, close }: { offer: Offer; close: () => void }) {
  const { t } = useTranslation()
  const versions = useRead('/v1/offers/{offer_id}/versions', { id: offer.id })
  return (
    <Drawer open onClose={close} title={t('offer.versions')} size={560}>
      <Answer of={versions}>
        {(items) => (
          <ol className="stack">
            {items.map((one, at) => (
              <li key={one.version} className="offer-version">
                <p className="quiet num">
                  {t('ui.version', { n: one.version })} · <Ago at={one.at} />
                  {one.version === offer.in_force && ` · ${t('offer.in_force')}`}
                </p>
                <Said version={one} />
                <Changes before={items[at + 1]} after={one} />
              </li>
            ))}
          </ol>
        )}
      </Answer>
    </Drawer>
  )
}

const documentOf = (version: OfferVersion) => version.document as unknown as OfferDocument

/** The version in words, for one who may ask for them. */
function Said({ version }: { version: OfferVersion }) {
  const { i18n } = useTranslation()
  const may = useMay()
  const said = useQuery({
    queryKey: ['/v1/offers/preview', version.document],
    queryFn: ({ signal }) =>
      write({ to: 'POST /v1/offers/preview', body: documentOf(version) }, signal),
    enabled: may('offer.edit'),
    staleTime: 300_000,
    retry: false,
  })
  return (
    <>
      <b>{documentOf(version).name}</b>
      {said.data && (
        <p className="reading">
          {i18n.language === 'en' ? said.data.sentence.en : said.data.sentence.zh}
        </p>
      )}
    </>
  )
}

function Changes({ before, after }: { before: OfferVersion | undefined; after: OfferVersion }) {
  const { t } = useTranslation()
  if (!before) return <p className="quiet">{t('offer.first_version')}</p>
  const changes = touched(wholeOf(documentOf(before)), wholeOf(documentOf(after)))
  if (changes.length === 0) return <p className="quiet">{t('offer.nothing_changed')}</p>
  return (
    <ul className="offer-changes">
      {changes.map((change) => (
        <ChangeLine key={change.path} change={change} />
      ))}
    </ul>
  )
}

function ChangeLine({ change }: { change: Change }) {
  const { nameOf, valueOf } = useValue()
  return (
    <li>
      <span className="quiet">{nameOf(change.path)}</span>
      <del>{valueOf(change.path, change.before)}</del>
      <span aria-hidden="true">→</span>
      <ins>{valueOf(change.path, change.after)}</ins>
    </li>
  )
}
