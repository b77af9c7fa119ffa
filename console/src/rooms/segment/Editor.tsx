import { App, Button, Input } from 'antd'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/client/http'
import { read, useWrite, write } from '@/client/query'
import type { Rule, Segment } from '@/client/types'
import { showDone } from '@/shell/notify'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { useDebounced } from '@/ui/debounce'
import { PageHead, Panel } from '@/ui/page'
import { UndoRedo } from '@/ui/step'
import { useEdits } from '@/ui/useEdits'
import { Builder } from './Builder'
import { ExportDrawer } from './Exports'
import { History } from './History'
import { Reach } from './Reach'
import { groupOf, isComplete, pathsOf, ruleOf, type Group } from './tree'
import { WouldMatch } from './WouldMatch'
import { useWords } from './words'

/** The live count of a rule that stopped changing; a new edit cancels the one under way at once. */
function useCount(rule: Rule, isReady: boolean) {
  const client = useQueryClient()
  const still = useDebounced(rule, 450)
  const isStill = still === rule
  useEffect(() => {
    if (!isStill) void client.cancelQueries({ queryKey: ['/v1/segments/count'] })
  }, [client, isStill])
  return useQuery({
    queryKey: ['/v1/segments/count', still],
    queryFn: ({ signal }) =>
      write({ to: 'POST /v1/segments/count', body: { rule: still } }, signal),
    enabled: isReady && isStill,
    placeholderData: (before) => before,
    staleTime: 30_000,
    retry: false,
  })
}

export function Editor({
  segment,
  start,
}: {
  segment: Segment | null
  start: { name: string; rule: Rule }
}) {
  const { t, i18n } = useTranslation()
  const may = useMay()
  const [name, setName] = useState(start.name)
  const [isExporting, setExporting] = useState(false)
  const edits = useEdits<Group>(() => groupOf(start.rule))
  const group = edits.value
  const words = useWords(segment?.id ?? null, i18n.language)
  const rule = useMemo(() => ruleOf(group), [group])
  const isReady = isComplete(group)
  const counting = useCount(rule, isReady)
  const hits = useMemo(() => {
    const byPath = new Map(counting.data?.per_leaf.map((leaf) => [leaf.path, leaf.count]))
    const found = new Map<string, number>()
    for (const [key, path] of pathsOf(group)) {
      const hit = byPath.get(path)
      if (hit !== undefined) found.set(key, hit)
    }
    return found
  }, [counting.data, group])
  const isChanged =
    !segment ||
    name !== segment.name ||
    JSON.stringify(rule) !== JSON.stringify(ruleOf(groupOf(segment.rule as Rule)))
  const save = useSave(segment)
  return (
    <>
      <PageHead
        title={
          <Input
            variant="underlined"
            className="title-input own-undo"
            value={name}
            maxLength={40}
            placeholder={t('segment.name_hint')}
            onChange={(event) => setName(event.target.value)}
          />
        }
        actions={
          <>
            <Button onClick={() => go('/segments')}>{t('ui.back')}</Button>
            {segment && may('export.read') && (
              <Button onClick={() => setExporting(true)}>{t('segment.export')}</Button>
            )}
            {segment && may('campaign.edit') && (
              <Button
                disabled={isChanged}
                onClick={() => go(`/campaigns/new?segment=${segment.id}`)}
              >
                {t('segment.make_task')}
              </Button>
            )}
            {may('segment.edit') && (
              <Button
                type="primary"
                disabled={!isReady || !name.trim() || !isChanged}
                loading={save.isSaving}
                onClick={() => save.run(name.trim(), rule)}
              >
                {t('ui.save')}
              </Button>
            )}
          </>
        }
      />
      <div className="cols-main">
        <div className="stack">
          <Panel
            title={t('segment.who')}
            extra={
              <span className="row">
                <UndoRedo edits={edits} />
                <span className="quiet">{t('segment.hits')}</span>
              </span>
            }
          >
            <Builder
              group={group}
              change={edits.set}
              words={words}
              hits={isReady ? hits : new Map<string, number>()}
            />
          </Panel>
          <WouldMatch rule={rule} isComplete={isReady} />
          {segment && <History id={segment.id} />}
        </div>
        <Reach
          counted={counting.data}
          error={counting.error}
          isCounting={counting.isFetching}
          isComplete={isReady}
        />
      </div>
      {segment && isExporting && (
        <ExportDrawer segment={segment} close={() => setExporting(false)} />
      )}
    </>
  )
}

/** Saves with the version it was read at; when somebody else was first, asks what to do. */
function useSave(segment: Segment | null) {
  const { t } = useTranslation()
  const { modal } = App.useApp()
  const [isSaving, setSaving] = useState(false)
  const save = useWrite<'POST /v1/segments' | 'PUT /v1/segments/{segment_id}'>([
    '/v1/segments',
    '/v1/segments/{segment_id}',
  ])
  const run = (name: string, rule: Rule, version = segment?.version ?? 0) => {
    setSaving(true)
    save
      .mutateAsync(
        segment
          ? { to: 'PUT /v1/segments/{segment_id}', id: segment.id, body: { name, rule, version } }
          : { to: 'POST /v1/segments', body: { name, rule } },
      )
      .then((saved) => {
        showDone(t('ui.saved'))
        go(`/segments/${saved.id}`, { isReplacing: true })
      })
      .catch((error: unknown) => {
        if (!segment || !(error instanceof Problem) || error.status !== 409) return
        modal.confirm({
          title: t('segment.conflict'),
          content: t('segment.conflict_hint'),
          okText: t('segment.overwrite'),
          cancelText: t('segment.take_theirs'),
          onOk: async () => {
            const current = await read('/v1/segments/{segment_id}', { id: segment.id })
            run(name, rule, current.version)
          },
          onCancel: () => window.location.reload(),
        })
      })
      .finally(() => setSaving(false))
  }
  return { run, isSaving }
}
