// Package broken makes a link as bad as a network can be, to test what is to survive
// that.
package broken
