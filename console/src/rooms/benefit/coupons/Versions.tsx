import { Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { CouponPromise, CouponTemplate } from '@/client/types'
import { Answer } from '@/ui/page'
import { Ago } from '@/ui/time'
import { Ticket } from './Ticket'

/** What the template promised, latest first. */
export function Versions({ template, close }: { template: CouponTemplate; close: () => void }) {
  const { t } = useTranslation()
  const versions = useRead('/v1/coupon-templates/{template_id}/versions', { id: template.id })
  return (
    <Drawer open onClose={close} title={t('coupon.versions')} size={480}>
      <Answer of={versions}>
        {(items) => (
          <ol className="stack">
            {items.map((one) => (
              <li key={one.version} className="phone-frame">
                <p className="quiet num">
                  {t('ui.version', { n: one.version })} · <Ago at={one.at} />
                </p>
                <Ticket promise={one.promise as unknown as CouponPromise} />
              </li>
            ))}
          </ol>
        )}
      </Answer>
    </Drawer>
  )
}
