package flow

import "fmt"

// A Move tells a chooser which item to send.
type Move uint8

// The moves. Before the first one nothing is chosen: Next chooses the first item
// then, and Previous the last.
const (
	Next Move = iota
	Previous
	First
	Last
	Same
)

// String returns Kamaelia's word, such as "NEXT".
func (m Move) String() string {
	if int(m) < len(moves) {
		return moves[m]
	}
	return fmt.Sprintf("Move(%d)", uint8(m))
}

var moves = [...]string{"NEXT", "PREV", "FIRST", "LAST", "SAME"}

// An Edge says what a Chooser does with a Move beyond its first or last item.
type Edge uint8

const (
	// Stay sends the item at the edge again.
	Stay Edge = iota
	// Round goes on at the other edge.
	Round
	// Stop ends the Chooser.
	Stop
)
