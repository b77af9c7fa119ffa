import { useTranslation } from 'react-i18next'
import { go } from '@/shell/router'
import { kinds, type Kind } from './document'
import { Picture } from './Picture'

const groups: { name: string; of: Kind[] }[] = [
  { name: 'prices', of: ['member', 'limited', 'flash', 'group', 'channel'] },
  { name: 'pieces', of: ['nth', 'buy_get', 'bundle', 'add_on'] },
  { name: 'thresholds', of: ['off', 'every', 'fold', 'piece_fold', 'gift', 'shipping'] },
]

/** The kinds of offers, each with a picture and an example. */
export function Choose() {
  const { t } = useTranslation()
  return (
    <div className="stack">
      {groups.map((group) => (
        <section key={group.name}>
          <h2 className="offer-group">
            {t(`offer.group_${group.name}`)}{' '}
            <small className="quiet">{t(`offer.group_${group.name}_hint`)}</small>
          </h2>
          <div className="offer-kinds">
            {group.of.map((kind) => (
              <button key={kind} type="button" onClick={() => go(`/offers/new/${kind}`)}>
                <Picture kind={kind} />
                <span>
                  <b>{t(`offer.kind_${kind}`)}</b>
                  <span className="quiet">{t(`offer.example_${kind}`)}</span>
                </span>
              </button>
            ))}
          </div>
        </section>
      ))}
    </div>
  )
}

export function isKind(text: string | undefined): text is Kind {
  return kinds.some((kind) => kind === text)
}
