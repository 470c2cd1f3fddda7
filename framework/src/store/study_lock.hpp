// One runner at a time works on a study.
#pragma once
#include "store/paths.hpp"

namespace saddle::store {

/// Held while a runner works on a study; a second one is refused. Goes with the process, however it ends.
class StudyLock {
 public:
  /// Makes the study's folder if it is missing. Throws UserError when another process holds the lock.
  explicit StudyLock(const StorePaths&);
  ~StudyLock();
  StudyLock(const StudyLock&) = delete;
  StudyLock& operator=(const StudyLock&) = delete;

 private:
  int descriptor_ = -1;
};

/// Whether a runner is at work on the study now.
bool is_locked(const StorePaths&);

}  // namespace saddle::store
