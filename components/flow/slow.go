package flow

import "fmt"

// Slow says what becomes of a receiver that takes messages more slowly than they
// come.
type Slow uint8

const (
	// Block lets the sender, and so all other receivers, wait for it.
	Block Slow = iota
	// DropOldest keeps the newest messages for it, and drops the oldest.
	DropOldest
	// Disconnect ends its subscription: its inbox finishes.
	Disconnect
)

// String names the policy.
func (s Slow) String() string {
	if int(s) < len(slows) {
		return slows[s]
	}
	return fmt.Sprintf("Slow(%d)", uint8(s))
}

var slows = [...]string{"block", "drop oldest", "disconnect"}
