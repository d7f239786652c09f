// Package udp has datagrams as messages: Kamaelia's SimplePeer, TargettedPeer and
// PostboxPeer, and multicast. A datagram may be lost, doubled or overtaken: see package
// order.
package udp
