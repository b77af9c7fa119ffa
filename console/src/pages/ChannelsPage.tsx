import { ChannelBoard } from '@/rooms/merchant/ChannelBoard'

/** 渠道. */
export default function ChannelsPage() {
  return <ChannelBoard />
}
