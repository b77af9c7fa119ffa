import { useTranslation } from 'react-i18next'
import { Recommended } from '@/rooms/tag/Recommended'
import { TagList } from '@/rooms/tag/TagList'
import { useMay } from '@/shell/session'
import { PageHead } from '@/ui/page'

export default function TagsPage() {
  const { t } = useTranslation()
  const mayEdit = useMay()('tag.edit')
  return (
    <>
      <PageHead title={t('shell.nav_tags')} hint={t('tag.hint')} />
      <div className="stack">
        {mayEdit && <Recommended />}
        <TagList />
      </div>
    </>
  )
}
