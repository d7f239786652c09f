// Package tags lets parts that send into one ring, or on one backplane, know their own
// messages when they come back: each tags what it sends, and drops what bears its own tag.
package tags
