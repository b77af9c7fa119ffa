import { useState } from 'react'
import { tell } from '../http'
import type { MemberLink } from '../types'
import { t } from '../words'
import { failed, Sheet, toast } from './small'

/** The customer's own page, for their phone: scanned here, or sent to them alone. */
export function MemberLinkButton({ customer }: { customer: string }) {
  const [link, setLink] = useState<MemberLink | null>(null)
  const make = async () => {
    try {
      setLink(await tell<MemberLink>('POST', `/v1/customers/${customer}/member-link`))
    } catch (error) {
      failed(error)
    }
  }
  const copy = async () => {
    if (!link) return
    try {
      await navigator.clipboard.writeText(new URL(link.url, window.location.href).href)
      toast(t('member.copied'))
    } catch {
      toast(t('member.not_copied'))
    }
  }
  return (
    <>
      <button type="button" className="soft" onClick={() => void make()}>
        {t('member.show')}
      </button>
      {link && (
        <Sheet title={t('member.show')} close={() => setLink(null)}>
          <div className="member-link">
            <img
              src={`data:image/svg+xml,${encodeURIComponent(link.svg)}`}
              alt={t('member.scan')}
            />
            <p>{t('member.scan')}</p>
            <small className="quiet">{t('member.note')}</small>
            <button type="button" className="soft" onClick={() => void copy()}>
              {t('member.copy')}
            </button>
          </div>
        </Sheet>
      )}
    </>
  )
}
