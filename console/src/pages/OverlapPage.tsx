import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { OverlapView } from '@/rooms/segment/Overlap'
import { go } from '@/shell/router'
import { PageHead } from '@/ui/page'

export default function OverlapPage() {
  const { t } = useTranslation()
  return (
    <>
      <PageHead
        title={t('segment.overlap')}
        hint={t('segment.overlap_page_hint')}
        actions={<Button onClick={() => go('/segments')}>{t('ui.back')}</Button>}
      />
      <OverlapView />
    </>
  )
}
