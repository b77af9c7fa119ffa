import { SafetyCertificateOutlined } from '@ant-design/icons'
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Offer } from '@/client/types'
import { useMay } from '@/shell/session'
import { CheckPanel } from './CheckPanel'

/** A button that opens what the offer would do; of what is saved, not of what is being written. */
export function CheckButton({ offer, isChanged }: { offer: Offer; isChanged: boolean }) {
  const { t } = useTranslation()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  if (!may('offer.edit') || offer.state === 'ended') return null
  return (
    <>
      <Button
        icon={<SafetyCertificateOutlined />}
        disabled={isChanged}
        title={isChanged ? t('offer.save_first') : undefined}
        onClick={() => setOpen(true)}
      >
        {t('check.title')}
      </Button>
      <Drawer
        open={isOpen}
        onClose={() => setOpen(false)}
        title={`${t('check.title')} · ${offer.document.name}`}
        size={920}
        destroyOnHidden
      >
        <CheckPanel offerId={offer.id} version={offer.version} />
      </Drawer>
    </>
  )
}
