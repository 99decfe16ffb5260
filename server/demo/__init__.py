"""The main job, walked by a real client over stdio: questions, recommendation, guide, schema."""
