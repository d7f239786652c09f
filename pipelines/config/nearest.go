package config

import (
	"fmt"
	"strings"
)

// nearest returns a hint at the name that was perhaps meant, "" if none is near.
func nearest(name string, names []string) string {
	best, least := "", 1+len(name)/3 // that many slips are believed
	for _, n := range names {
		if d := slips(strings.ToLower(name), n); d <= least && (best == "" || d < least) {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// slips counts the slips of the pen between two words: a letter too many, one
// missing, one wrong, or two in the wrong order (the optimal string alignment
// distance).
func slips(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[0] {
		rows[0][j] = j
	}
	before, row := rows[2], rows[0]
	for i := 1; i <= len(a); i++ {
		next := rows[i%3]
		next[0] = i
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
