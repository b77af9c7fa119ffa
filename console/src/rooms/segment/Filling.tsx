import { useQueryClient } from '@tanstack/react-query'
import { Progress } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Segment } from '@/client/types'

const lookMs = 1500

type Share = NonNullable<Segment['filling']>

/** Whole per cent, below a hundred until all are found. */
export function percentOf({ done, whole }: Share): number {
  return Math.min(99, Math.floor((100 * done) / Math.max(1, whole)))
}

/** How often to look while members of a segment are being found, and what to tell of the answer; once they are found
 * everything about segments is read anew. */
export function useFollowing(): [every: number | false, follow: (isFilling: boolean) => void] {
  const cache = useQueryClient()
  const [isFilling, setFilling] = useState(false)
  const was = useRef(false)
  useEffect(() => {
    if (was.current && !isFilling)
      void cache.invalidateQueries({
        predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/v1/segments'),
      })
    was.current = isFilling
  }, [isFilling, cache])
  return [
    isFilling ? lookMs : false,
    (now) => {
      if (now !== isFilling) setFilling(now)
    },
  ]
}

/** How far finding the members has come. */
export function Filling({ of }: { of: Share }) {
  const { t } = useTranslation()
  const percent = percentOf(of)
  return (
    <div className="filling">
      <small className="quiet num">{t('segment.filling', { percent })}</small>
      <Progress percent={percent} size={{ height: 3 }} status="active" showInfo={false} />
    </div>
  )
}
