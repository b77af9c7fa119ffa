import { SegmentList } from '@/rooms/segment/List'

export default function SegmentsPage() {
  return <SegmentList />
}
