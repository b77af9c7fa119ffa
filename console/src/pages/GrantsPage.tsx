import { useTranslation } from 'react-i18next'
import { Grants } from '@/rooms/benefit/grants/Grants'
import { PageHead } from '@/ui/page'

/** 发放: something for everybody in a segment. */
export default function GrantsPage() {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('shell.nav_grants')} hint={t('grant.hint')} />
      <Grants />
    </>
  )
}
